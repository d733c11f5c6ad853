// From one-hot vectors to an embedding: four animals, twice.
import { arange, manualSeed, nn } from 'lutra';

manualSeed(0);
const animals = ['cat', 'dog', 'elephant', 'otter'];
const wordToIndex = new Map(animals.map((word, index) => [word, index]));
const indexToWord = new Map(animals.map((word, index) => [index, word]));

// One-hot: one dimension for each word, and every word is equally far from every other.
const oneHot = nn.functional.oneHot(arange(animals.length), animals.length);
console.log('One-hot matrix:');
console.log(String(oneHot));
for (const word of animals) console.log(word.padEnd(10), String(oneHot.select(0, wordToIndex.get(word)!)));

// An embedding: two learnable numbers for each word, looked up by its index.
const embedding = new nn.Embedding(animals.length, 2);
const embedded = embedding.forward(arange(animals.length));
console.log('\nEmbedding matrix:');
console.log(String(embedded));
for (let index = 0; index < animals.length; index++) {
  console.log(indexToWord.get(index)!.padEnd(10), String(embedding.forward(index)));
}
