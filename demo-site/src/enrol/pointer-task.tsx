/** Targets to click and parcels to drag. Works by keyboard too, though a keyboard teaches nothing about a pointer. */

import { useEffect, useRef, useState } from "preact/hooks";
import { COURSE, type Task, isHome, taskAt } from "./pointer-course.ts";

type Drag = Extract<Task, { kind: "drag" }>;
type Click = Extract<Task, { kind: "click" }>;

/** The field with the task that is due. `onStroke` is told of each task done. */
export function PointerTask({ onStroke }: { onStroke: () => void }) {
  const [step, setStep] = useState(0);
  const field = useRef<HTMLDivElement>(null);
  const keepFocus = useRef(false);
  const task = taskAt(step);
  const done = () => {
    keepFocus.current = field.current?.contains(document.activeElement) ?? false;
    onStroke();
    setStep(step + 1);
  };
  useEffect(() => {
    if (keepFocus.current) field.current?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
  }, [step]);
  return (
    <section class="card stack" aria-labelledby="pointer-task">
      <h2 id="pointer-task">3. Click and drag</h2>
      <p>
        Click the round targets as they appear, and drag each parcel onto its dashed place. If you use no pointer, leave this
        out: the keyboard alone is enough.
      </p>
      <div ref={field} class="course">
        {task.kind === "click" ? (
          <Target key={step} task={task} onDone={done} />
        ) : (
          <Parcel key={step} task={task} field={field} onDone={done} />
        )}
      </div>
      <p class="muted" role="status">
        {step} done{step > 0 && step % COURSE.length === 0 ? ", a whole round" : ""}
      </p>
    </section>
  );
}

function Target({ task, onDone }: { task: Click; onDone: () => void }) {
  return (
    <button
      type="button"
      class={`target target--${task.size}`}
      style={{ left: share(task.x), top: share(task.y) }}
      onClick={onDone}
      aria-label="Target"
    />
  );
}

function Parcel({ task, field, onDone }: { task: Drag; field: { current: HTMLElement | null }; onDone: () => void }) {
  const [place, setPlace] = useState({ x: task.fromX, y: task.fromY });
  const [held, setHeld] = useState(false);
  const placeOf = (event: PointerEvent) => {
    const box = field.current?.getBoundingClientRect();
    if (!box) return place;
    return { x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height) };
  };
  const drop = () => {
    setHeld(false);
    if (isHome(task, place.x, place.y)) onDone();
  };
  return (
    <>
      <span class="place" style={{ left: share(task.toX), top: share(task.toY) }} aria-hidden="true" />
      <button
        type="button"
        class={held ? "parcel parcel--held" : "parcel"}
        style={{ left: share(place.x), top: share(place.y) }}
        aria-label="Parcel: drag it to its place, or press Enter"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setHeld(true);
        }}
        onPointerMove={(event) => held && setPlace(placeOf(event))}
        onPointerUp={drop}
        onPointerCancel={() => setHeld(false)}
        onKeyDown={(event) => event.key === "Enter" && onDone()}
      />
    </>
  );
}

function share(part: number): string {
  return `${part * 100}%`;
}

function within(part: number): number {
  return Math.min(0.95, Math.max(0.05, part));
}
