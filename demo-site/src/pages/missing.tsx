/** An address that this site does not have. */

/** Says so, and where to go. */
export function MissingPage() {
  return (
    <div class="page page--narrow">
      <h1 tabIndex={-1}>Page not found</h1>
      <p>This bank has no page at this address.</p>
      <p>
        <a href="/">Back to the start</a>
      </p>
    </div>
  );
}
