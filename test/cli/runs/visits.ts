/** Visits of 40 pages: in each the next page is a fixed step further on, four times of five; which step is the visit's own. */
export function sessions(count: number, seed = 1): string[][] {
  let state = seed;
  const draw = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const pages = 40;
  const steps = [1, 5, 12, 23];
  return Array.from({ length: count }, () => {
    const step = steps[draw(steps.length)];
    let page = draw(pages);
    return Array.from({ length: 6 + draw(6) }, () => {
      const own = page;
      page = draw(5) === 0 ? draw(pages) : (page + step) % pages;
      return `p${own}`;
    });
  });
}
