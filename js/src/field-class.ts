/** Field classes by their numbers on the wire. A name that is not among them is a class of the bank's own. */

export const FIELD_CLASSES =
  /* @__PURE__ */ "pan iban account sort-code routing bic national-id tax-id passport name address email phone dob amount balance description cvv pin otp password track".split(
    " ",
  );
