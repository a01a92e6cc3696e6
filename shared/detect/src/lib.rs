//! Sensitive data in text and in form fields.
