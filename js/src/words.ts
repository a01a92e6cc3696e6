/**
 * `@palet/sdk/words`: what screen readers say. Sentences of fields in English are built in.
 *
 * A page that loads the SDK from the server gets its language by itself; a page that bundles it passes one of these as
 * `words` to `Palet.init`.
 */

import { FIELD_CLASSES } from "./field-class";
import type { Words } from "./paint/words";

const named = (names: string): Record<string, string> => {
  const list = names.split("|");
  return Object.fromEntries(FIELD_CLASSES.map((name, at) => [name, list[at] ?? name]));
};

export const en: Words = {
  hidden: "{}, hidden for your protection",
  partly: "{}, partly hidden: ",
  replaced: "{}, replaced for your protection",
  masked: "Some details are now hidden for your protection.",
  shown: "Details are shown again.",
  names: named(
    "Card number|IBAN|Account number|Sort code|Routing number|BIC|Identity number|Tax number|Passport number|Name|Address|E-mail|Phone|Date of birth|Amount|Balance|Description|Security code|PIN|One-time code|Password|Card data",
  ),
};

export const de: Words = {
  hidden: "{}, zu Ihrem Schutz verborgen",
  partly: "{}, teilweise verborgen: ",
  replaced: "{}, zu Ihrem Schutz ersetzt",
  masked: "Einige Angaben sind jetzt zu Ihrem Schutz verborgen.",
  shown: "Die Angaben sind wieder sichtbar.",
  names: named(
    "Kartennummer|IBAN|Kontonummer|Bankleitzahl|Bankleitzahl|BIC|Ausweisnummer|Steuernummer|Passnummer|Name|Anschrift|E-Mail|Telefon|Geburtsdatum|Betrag|Kontostand|Verwendungszweck|Prüfziffer|PIN|Einmalcode|Passwort|Kartendaten",
  ),
};

export const fr: Words = {
  hidden: "{}, masqué pour votre protection",
  partly: "{}, masqué en partie : ",
  replaced: "{}, remplacé pour votre protection",
  masked: "Certaines informations sont maintenant masquées pour votre protection.",
  shown: "Les informations sont de nouveau visibles.",
  names: named(
    "Numéro de carte|IBAN|Numéro de compte|Code banque|Code banque|BIC|Numéro d’identité|Numéro fiscal|Numéro de passeport|Nom|Adresse|E-mail|Téléphone|Date de naissance|Montant|Solde|Libellé|Cryptogramme|Code PIN|Code à usage unique|Mot de passe|Données de carte",
  ),
};

