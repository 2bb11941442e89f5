/** Text from outside, made harmless: it can't move a cursor, colour the rest, break a line or have no end. */

const textMax = 1000;
// Control characters, and those that turn the direction of writing or join invisibly.
const controls =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;
const sequences =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g;

export function clean(text: string): string {
  return (
    text
      .slice(0, textMax * 4)
      .replace(sequences, '')
      .replace(/[\t\n\r]+/g, ' ')
      .replace(controls, '')
      // Two vowels that join what stands before them, and then count as nothing: written as the two signs that they are.
      .replaceAll('\u0e33', '\u0e4d\u0e32')
      .replaceAll('\u0eb3', '\u0ecd\u0eb2')
      .slice(0, textMax)
  );
}
