/** How `lutra train TASK` and `lutra resume` are told what is no setting of the model. */
export interface RunHow {
  config?: string;
  output?: string;
  overwrite: boolean;
  quiet: boolean;
  json: boolean;
}

/** What `lutra predict` was told. */
export interface PredictHow {
  topK?: number;
  threshold?: number;
  threads?: number;
  json: boolean;
}

/** What `lutra generate` was told. */
export interface GenerateHow {
  prompt: string;
  length: number;
  temperature: number;
  topK?: number;
  topP?: number;
  greedy: boolean;
  seed: number;
  threads?: number;
  json: boolean;
}
