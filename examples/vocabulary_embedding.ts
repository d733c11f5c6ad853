// From a paragraph to a vocabulary, from a sentence to indices, from indices to vectors.
import { manualSeed, nn, Vocabulary } from 'lutra';

manualSeed(0);
const paragraph = `
  The otter lives in the river and along quiet shores. It hunts fish, crabs and frogs at dawn. When winter comes the
  otter slides over snow and ice, plays with her cubs, and sleeps in a warm den under old roots. People who watch her
  from far away seldom forget how silently and softly she swims downstream.`;
const words = (text: string) => text.toLowerCase().match(/[a-z]+|[.,]/g) ?? [];

const vocabulary = Vocabulary.fromTokens(words(paragraph), {
  specials: ['<pad>', '<unk>', '<sos>', '<eos>'],
  unknownToken: '<unk>',
  sort: 'insertion',
});
console.log(`${vocabulary.size} tokens:`, vocabulary.tokens().slice(0, 12).join(' '), '…');

// A word that the paragraph doesn't have becomes <unk>, index 1.
const sentence = ['<sos>', ...words('The otter swims in the ocean.'), '<eos>'];
const indices = vocabulary.encode(sentence);
console.log(sentence.join(' '), '→', indices.join(' '), '→', vocabulary.decode(indices).join(' '));

const embedding = new nn.Embedding(vocabulary.size, 10, { paddingIdx: vocabulary.lookupIndex('<pad>') });
console.log(String(embedding));
const embedded = embedding.forward(indices);
console.log(`One vector for each word: shape [${embedded.shape}]`);
console.log(String(embedded));
console.log('The vector of "otter" as a list:', embedding.forward(vocabulary.lookupIndex('otter')).tolist());
