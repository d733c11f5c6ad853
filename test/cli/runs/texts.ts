/** Short mails of two kinds, made of words that are telling, misleading or neither. */
export function mails(count: number, seed = 1): { kind: 'spam' | 'ham'; body: string }[] {
  let state = seed;
  const draw = (n: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * n);
  };
  const words = {
    spam: ['money', 'free', 'win', 'offer', 'click'],
    ham: ['patch', 'meeting', 'kernel', 'thanks', 'report'],
    both: ['the', 'a', 'is', 'for', 'you', 'we', 'and', 'now'],
  };
  return Array.from({ length: count }, (_, k) => {
    const kind = k % 3 === 0 ? 'spam' : 'ham';
    const body = Array.from({ length: 6 + draw(8) }, () => {
      const from = draw(3) === 0 ? words[kind] : words.both;
      return from[draw(from.length)];
    });
    return { kind, body: body.join(' ') };
  });
}
