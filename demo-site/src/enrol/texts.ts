/** What is typed on the guided page: everyday English, written for it, with the letters spread over both hands. */

export const PARAGRAPHS: readonly string[] = [
  "The ferry leaves at ten past six, when the harbour is still quiet and the bakery on the corner has just put its first tray of rolls in the window. Nobody on board talks much before the lighthouse.",
  "My neighbour keeps bees behind the old tram depot. In June she brings a jar to every door of our house, and each one tastes a little of the lime trees that grow along the railway.",
  "To make a good soup you need time more than skill. Cut two onions, let them go soft in butter, add whatever the market had that morning, and do not lift the lid for half an hour.",
  "The library moved last winter. Forty people stood in a row across the square and passed the books from hand to hand, and by the evening the new shelves were full and everyone had cold fingers.",
  "When the trains are late my father counts freight wagons. He once got to ninety seven, lost his place because a dog jumped up at him, and still insists that there were more than a hundred.",
  "We planted the apple tree much too close to the wall, so it grew sideways. Now it makes a kind of roof over the bench, and in September you can pick the fruit without getting up.",
];

/** How far a typed text has come, as a share of its paragraph; mistakes count as typed. */
export function shareTyped(typed: string, paragraph: string): number {
  return paragraph.length === 0 ? 1 : Math.min(1, typed.length / paragraph.length);
}

/** Characters that may have been left out of a paragraph whose end was reached. */
const LEFT_OUT_MAX = 8;

/** Whether the paragraph counts as typed: its length, or its last two signs with a few left out before them. */
export function isTyped(typed: string, paragraph: string): boolean {
  const length = typed.trimEnd().length;
  const atEnd = typed.trimEnd().endsWith(paragraph.slice(-2));
  return length >= paragraph.length || (atEnd && length >= paragraph.length - LEFT_OUT_MAX);
}

/** The paragraph in three parts: typed as shown, typed otherwise, still to come. */
export function splitByTyping(typed: string, paragraph: string): { same: string; other: string; rest: string } {
  let same = 0;
  while (same < typed.length && same < paragraph.length && typed[same] === paragraph[same]) same += 1;
  const reached = Math.min(Math.max(typed.length, same), paragraph.length);
  return { same: paragraph.slice(0, same), other: paragraph.slice(same, reached), rest: paragraph.slice(reached) };
}
