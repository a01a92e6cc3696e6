/** A fault in words, announced to screen readers when it appears. */
export function Fault({ text }: { text: string | null }) {
  return (
    <div role="alert" class="fault-holder">
      {text === null ? null : <p class="notice notice--danger">{text}</p>}
    </div>
  );
}
