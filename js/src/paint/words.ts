/** What screen readers say of masked fields, in the page's language. */

import { FIELD_CLASSES } from "../field-class";

export interface Words {
  /** A field that shows nothing: `{}` is the field's name. */
  hidden: string;
  /** A field that shows a part of its value, which follows. */
  partly: string;
  /** A field that shows something else than its value. */
  replaced: string;
  /** Said once when fields were masked. */
  masked: string;
  /** Said once when fields can be read again. */
  shown: string;
  /** Names of the field classes, where a field has no `data-palet-label`. */
  names: Readonly<Record<string, string>>;
}

const named = (names: string): Record<string, string> => {
  const list = names.split("|");
  return Object.fromEntries(FIELD_CLASSES.map((name, at) => [name, list[at] ?? name]));
};

const en = (): Words => ({
  hidden: "{}, hidden for your protection",
  partly: "{}, partly hidden: ",
  replaced: "{}, replaced for your protection",
  masked: "Some details are now hidden for your protection.",
  shown: "Details are shown again.",
  names: named(
    "Card number|IBAN|Account number|Sort code|Routing number|BIC|Identity number|Tax number|Passport number|Name|Address|E-mail|Phone|Date of birth|Amount|Balance|Description|Security code|PIN|One-time code|Password|Card data",
  ),
});

const de = (): Words => ({
  hidden: "{}, zu Ihrem Schutz verborgen",
  partly: "{}, teilweise verborgen: ",
  replaced: "{}, zu Ihrem Schutz ersetzt",
  masked: "Einige Angaben sind jetzt zu Ihrem Schutz verborgen.",
  shown: "Die Angaben sind wieder sichtbar.",
  names: named(
    "Kartennummer|IBAN|Kontonummer|Bankleitzahl|Bankleitzahl|BIC|Ausweisnummer|Steuernummer|Passnummer|Name|Anschrift|E-Mail|Telefon|Geburtsdatum|Betrag|Kontostand|Verwendungszweck|Prüfziffer|PIN|Einmalcode|Passwort|Kartendaten",
  ),
});

const fr = (): Words => ({
  hidden: "{}, masqué pour votre protection",
  partly: "{}, masqué en partie : ",
  replaced: "{}, remplacé pour votre protection",
  masked: "Certaines informations sont maintenant masquées pour votre protection.",
  shown: "Les informations sont de nouveau visibles.",
  names: named(
    "Numéro de carte|IBAN|Numéro de compte|Code banque|Code banque|BIC|Numéro d’identité|Numéro fiscal|Numéro de passeport|Nom|Adresse|E-mail|Téléphone|Date de naissance|Montant|Solde|Libellé|Cryptogramme|Code PIN|Code à usage unique|Mot de passe|Données de carte",
  ),
});

/** The words for a page, the author's own first. */
export function wordsFor(lang: string, own: Partial<Words> = {}): Words {
  const language = lang.slice(0, 2).toLowerCase();
  const words = language === "de" ? de() : language === "fr" ? fr() : en();
  return { ...words, ...own, names: { ...words.names, ...own.names } };
}
