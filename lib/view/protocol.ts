/** What the server and its page say to each other; of the library the page imports this and nothing else. */

/** How vectors become points. */
export type Method = 'pca' | 'tsne' | 'umap' | 'dimensions';

export const methods: readonly { readonly name: Method; readonly label: string }[] = [
  { name: 'pca', label: 'PCA' },
  { name: 'tsne', label: 't-SNE' },
  { name: 'umap', label: 'UMAP' },
  { name: 'dimensions', label: 'First dimensions' },
];

export type Metric = 'cosine' | 'euclid';

/** A column by which points can be coloured: categories, or numbers. */
export type ColumnKind = 'category' | 'number';

export interface ColumnInfo {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** `about`: what is shown. */
export interface About {
  /** Differs from that of any other server, so that a page knows when it talks to another one. */
  readonly instance: string;
  readonly name: string;
  readonly kind: 'vectors' | 'run';
  /** All rows. */
  readonly size: number;
  /** Those that are points, the first. */
  readonly shown: number;
  readonly vectorSize: number;
  readonly columns: readonly ColumnInfo[];
  /** Counts up when words come or go. */
  readonly words: number;
  readonly layout: LayoutState;
}

/** How far a layout is. */
export interface LayoutState {
  readonly method: Method;
  readonly dimensions: 2 | 3;
  /** Counts up whenever points have moved. */
  readonly revision: number;
  /** Between 0 and 1, or null when nothing is under way. */
  readonly progress: number | null;
  /** Why it could not be made. */
  readonly error: string | null;
}

/** What is asked of `layout`. */
export interface LayoutRequest {
  readonly method: Method;
  readonly dimensions: 2 | 3;
}

/** A curve. */
export interface Series {
  readonly name: string;
  /** Steps (or passes) and values. */
  readonly points: readonly (readonly [step: number, value: number])[];
}

/** `run`: what a run tells of itself. */
export interface RunState {
  readonly series: readonly Series[];
  /** The file whose vectors are shown, and when it was written, in milliseconds since 1970; null before there is one. */
  readonly weights: { readonly name: string; readonly time: number } | null;
  /** A text that the model has made; null where it is no language model. */
  readonly sample: string | null;
  /** Why the newest weights can't be shown. */
  readonly error: string | null;
}

/** `column`: a value for each point. */
export type ColumnValues =
  | { readonly kind: 'category'; readonly names: readonly string[]; readonly codes: readonly number[] }
  | { readonly kind: 'number'; readonly values: readonly (number | null)[] };

/** A word that was found; `index` is its row. */
export interface Found {
  readonly index: number;
  readonly key: string;
}

export interface Neighbour extends Found {
  /** Cosine, or Euclidean distance. */
  readonly score: number;
}

/** `neighbors` */
export interface Neighbours {
  readonly index: number;
  readonly key: string;
  readonly metric: Metric;
  readonly neighbours: readonly Neighbour[];
}

/** The names of the events that the server sends, and what they bring. */
export interface Events {
  layout: LayoutState;
  about: About;
  run: RunState;
}
