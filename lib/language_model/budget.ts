/** Words that a training reads by default, passes counted: enough for the Brown corpus in two passes. */
const usualTokens = 2_200_000;
const mostEpochs = 20;

const largestBatch = 32;
const smallestBatch = 4;

/** A pass should have some hundred steps of the usual 32 words; a short text allows that with fewer texts side by side. */
const tokensPerText = 16_384;

/** How many passes and how many texts side by side suit a text of so many words. */
export function planTraining(trainingTokens: number): { epochs: number; batchSize: number } {
  const epochs = Math.min(mostEpochs, Math.max(1, Math.round(usualTokens / trainingTokens)));
  const wanted = 2 ** Math.floor(Math.log2(Math.max(1, trainingTokens / tokensPerText)));
  return { epochs, batchSize: Math.min(largestBatch, Math.max(smallestBatch, wanted)) };
}
