/** The pointer exercise: where targets stand and in which order, the same for everybody. Shares of the field's size. */

/** A target to click, or a parcel to drag to its place. */
export type Task =
  | { kind: "click"; x: number; y: number; size: "small" | "middle" | "large" }
  | { kind: "drag"; fromX: number; fromY: number; toX: number; toY: number };

const click = (x: number, y: number, size: "small" | "middle" | "large"): Task => ({ kind: "click", x, y, size });
const drag = (fromX: number, fromY: number, toX: number, toY: number): Task => ({ kind: "drag", fromX, fromY, toX, toY });

/** One round: near and far, all directions, three sizes, and every fifth a drag. */
export const COURSE: readonly Task[] = [
  click(0.12, 0.2, "large"),
  click(0.82, 0.3, "middle"),
  click(0.3, 0.78, "middle"),
  click(0.62, 0.14, "small"),
  drag(0.85, 0.75, 0.2, 0.3),
  click(0.5, 0.5, "large"),
  click(0.9, 0.12, "small"),
  click(0.1, 0.85, "middle"),
  click(0.72, 0.62, "small"),
  drag(0.15, 0.15, 0.78, 0.75),
  click(0.4, 0.2, "middle"),
  click(0.88, 0.88, "large"),
  click(0.2, 0.5, "small"),
  click(0.55, 0.86, "middle"),
  drag(0.8, 0.2, 0.35, 0.7),
];

/** How near a dropped parcel must be to its place. **Units**: share of the field's larger side. */
export const DROP_WITHIN = 0.12;

/** The task of a step; rounds repeat, each second one mirrored so that hands do not learn it by heart. */
export function taskAt(step: number): Task {
  const round = Math.floor(step / COURSE.length);
  const task = COURSE[step % COURSE.length] ?? click(0.5, 0.5, "middle");
  return round % 2 === 0 ? task : mirrored(task);
}

function mirrored(task: Task): Task {
  return task.kind === "click"
    ? { ...task, x: 1 - task.x, y: 1 - task.y }
    : { kind: "drag", fromX: 1 - task.fromX, fromY: 1 - task.fromY, toX: 1 - task.toX, toY: 1 - task.toY };
}

/** Whether a parcel dropped at a place is where it belongs. */
export function isHome(task: Extract<Task, { kind: "drag" }>, x: number, y: number): boolean {
  return Math.hypot(x - task.toX, y - task.toY) <= DROP_WITHIN;
}
