/** Recommendations that need no training, which a model must beat. */

/** A session as numbers of items. */
export type EncodedSession = Int32Array;

/** Scores of the next item after the first `length` items of a session, by item. */
export type Scorer = (session: EncodedSession, length: number) => Float64Array;

/** The items that occur most often, whatever came before. */
export function popularity(sessions: readonly EncodedSession[], items: number): Scorer {
  const counts = new Float64Array(items);
  for (const session of sessions) for (const item of session) counts[item]++;
  return () => counts;
}

/** How far behind an item its successors count. */
const reach = 5;

/**
 * What followed the last item in other sessions, what came next counting most: 1 / distance for each time (the sequential
 * rules of Ludewig and Jannach, 2018). Where that says nothing, the more popular item comes first.
 */
export function itemToItem(sessions: readonly EncodedSession[], items: number): Scorer {
  const followers: Map<number, number>[] = Array.from({ length: items }, () => new Map());
  const counts = new Float64Array(items);
  let most = 1;
  for (const session of sessions) {
    for (let i = 0; i < session.length; i++) {
      most = Math.max(most, ++counts[session[i]]);
      const own = followers[session[i]];
      for (let d = 1; d <= reach && i + d < session.length; d++) {
        own.set(session[i + d], (own.get(session[i + d]) ?? 0) + 1 / d);
      }
    }
  }
  const tie = counts.map((count) => (1e-3 * count) / most);
  return (session, length) => {
    const scores = tie.slice();
    for (const [item, weight] of followers[session[length - 1]]) scores[item] += weight;
    return scores;
  };
}

/** Recall and NDCG of the first k of a scorer, over every place of the sessions but the first. Unknown items are missed. */
export function judge(
  scorer: Scorer,
  sessions: readonly EncodedSession[],
  k: number,
): { recall: number; ndcg: number } {
  let [recall, ndcg, places] = [0, 0, 0];
  for (const session of sessions) {
    for (let t = 1; t < session.length; t++) {
      if (session[t] < firstItem || session[t - 1] < firstItem) continue;
      places++;
      const scores = scorer(session, t);
      const own = scores[session[t]];
      let rank = 1;
      for (let i = firstItem; i < scores.length; i++) {
        if (scores[i] > own || (scores[i] === own && i < session[t])) rank++;
      }
      if (rank > k) continue;
      recall++;
      ndcg += 1 / Math.log2(rank + 1);
    }
  }
  return { recall: recall / places, ndcg: ndcg / places };
}

/** Numbers below are no items: padding, and items that training has not. */
export const firstItem = 2;
