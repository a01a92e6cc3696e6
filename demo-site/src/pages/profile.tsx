/** What the bank knows about the customer, each value sealed. */

import type { CustomerProfile, ProfileField } from "../bank/answers.ts";
import { bank } from "../bank/client.ts";
import { MaskedField } from "../fields/masked-field.tsx";
import { PasskeyCard } from "../step-up/passkey-card.tsx";
import { Fault } from "../ui/fault.tsx";
import { useLoaded } from "../ui/use-loaded.ts";

const GROUPS: readonly { title: string; fields: readonly { name: ProfileField; label: string }[] }[] = [
  {
    title: "You",
    fields: [
      { name: "name", label: "Name" },
      { name: "dob", label: "Date of birth" },
    ],
  },
  {
    title: "How we reach you",
    fields: [
      { name: "email", label: "E-mail" },
      { name: "phone", label: "Phone" },
      { name: "address", label: "Address" },
    ],
  },
  {
    title: "Official numbers",
    fields: [
      { name: "tax_id", label: "Tax number" },
      { name: "national_id", label: "Identity card" },
    ],
  },
];

/** The customer's own data. */
export function ProfilePage() {
  const profile = useLoaded(bank.profile);
  return (
    <div class="page">
      <h1 tabIndex={-1}>Profile</h1>
      <Fault text={profile.fault} />
      {profile.value === null ? null : <Groups profile={profile.value} />}
      <PasskeyCard />
      <p class="muted">
        The same page built with React: <a href="/react.html">profile in React</a>. Without any framework or build:{" "}
        <a href="/plain.html">profile as a plain page</a>.
      </p>
    </div>
  );
}

function Groups({ profile }: { profile: CustomerProfile }) {
  return (
    <div class="groups">
      {GROUPS.map(({ title, fields }) => (
        <section key={title} class="card" aria-label={title}>
          <h2>{title}</h2>
          <dl class="fields">
            {fields.map(({ name, label }) => (
              <MaskedField key={name} label={label} value={profile[name]} />
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
