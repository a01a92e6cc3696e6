//! The page's half of PaLet, compiled to WebAssembly.
