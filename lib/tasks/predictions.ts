import type { TaskName } from '../settings/tasks.js';

/** What a classifier says of a text: labels, the most probable first. */
export interface LabelledText {
  readonly labels: readonly { readonly label: string; readonly probability: number }[];
}

/** What a tagger says of a sentence: for each of its words a tag, and how probable that is. */
export interface TaggedWords {
  readonly words: readonly string[];
  readonly tags: readonly string[];
  readonly probabilities?: readonly number[];
}

/** What a recommender expects after a session: items, the most probable first; none where it knows no item of it. */
export interface NextItems {
  readonly items: readonly { readonly item: string; readonly probability: number }[];
}

/** What a language model expects after a text: words or characters, the most probable first. */
export interface NextTokens {
  readonly next: readonly { readonly token: string; readonly probability: number }[];
}

/** What `predict` gives, by task. */
export interface TaskPredictions {
  readonly lm: NextTokens;
  readonly classifier: LabelledText;
  readonly tagger: TaggedWords;
  readonly recommender: NextItems;
}

/** What `predict` gives for an input of a task. */
export type PredictionOf<Name extends TaskName> = TaskPredictions[Name];

/**
 * An input of `predict`: a text; for a tagger a sentence or its words; for a recommender the items of a session, or those parted by white
 * space.
 */
export type PredictionInput = string | readonly string[];
