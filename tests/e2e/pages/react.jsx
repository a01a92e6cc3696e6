/** A page that re-renders all the time: PaLet must keep its masks, and React must keep its nodes. */
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const fields = JSON.parse(document.documentElement.dataset.sealed);

function Account() {
  const [ticks, setTicks] = useState(0);
  const [message, setMessage] = useState("");
  useEffect(() => {
    const timer = setInterval(() => setTicks((count) => count + 1), 100);
    return () => clearInterval(timer);
  }, []);
  const shown = ticks % 20 < 15 ? fields : fields.slice(0, 2);
  return (
    <main data-ticks={ticks}>
      <h1>Rendered {ticks} times</h1>
      {shown.map(({ reference, name, token, display }) => (
        <p key={reference} className={`row-${ticks % 2}`}>
          {reference}:{" "}
          <span id={reference} data-palet-field={name} data-palet-sealed={token}>
            {display}
          </span>
        </p>
      ))}
      <textarea id="message" value={message} onChange={(event) => setMessage(event.target.value)} />
    </main>
  );
}

createRoot(document.getElementById("root")).render(<Account />);
