const subjects = ['the cat', 'a dog', 'the old otter', 'my sister', 'the young queen', 'every teacher'];
const verbs = ['sees', 'follows', 'likes', 'finds', 'paints'];
const objects = ['the river', 'a small boat', 'the green hill', 'some bread', 'a long letter'];
const places = ['in the morning', 'near the sea', 'at home', 'after the rain'];

/** Sentences of a small grammar, one `.` after each: much easier to predict than their words one by one. */
export function grammarText(sentences: number, seed: number): string {
  let state = seed;
  const pick = (list: readonly string[]) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return list[Math.floor((state / 2 ** 32) * list.length)];
  };
  return Array.from(
    { length: sentences },
    () => `${pick(subjects)} ${pick(verbs)} ${pick(objects)} ${pick(places)} .`,
  ).join(' ');
}
