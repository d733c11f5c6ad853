import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
/** What `site/build.mjs` made of the doc comments. */
const api = JSON.parse(readFileSync(new URL('../source/api/sidebar.json', import.meta.url), 'utf8'));

const guide = (text, page) => ({ text, link: `/guides/${page}` });
const page = (text, link) => ({ text, link: `/${link}` });

const guides = [
  {
    text: 'Start',
    items: [guide('In five minutes', 'start'), guide('In your own project', 'project'), page('Examples', 'examples/')],
  },
  {
    text: 'Coming from',
    items: [
      guide('PyTorch', 'from_pytorch'),
      guide('TensorFlow.js', 'from_tensorflow'),
      guide('gensim and fastText', 'from_gensim'),
    ],
  },
  {
    text: 'Models',
    items: [
      guide('Embeddings', 'embeddings'),
      guide('Sequences', 'sequences'),
      guide('Text and vocabularies', 'text'),
      guide('Datasets and loaders', 'data'),
      guide('Training', 'training'),
      page('The trainer', 'training'),
      guide('Saving and loading', 'saving'),
      guide('PyTorch’s files', 'pytorch_files'),
      guide('Serving', 'serving'),
      guide('Several machines', 'several_machines'),
    ],
  },
  { text: 'Word vectors', items: [guide('In ten minutes', 'word_vectors'), page('All of it', 'word_vectors')] },
  {
    text: 'Looking at it',
    items: [page('Pictures', 'pictures'), page('Projections', 'projections'), page('A page of points', 'page')],
  },
  { text: 'From a shell', items: [page('Commands', 'command_line')] },
  {
    text: 'Depth',
    items: [guide('Speed', 'speed'), guide('Memory', 'memory'), guide('The same numbers again', 'reproducibility')],
  },
];

const about = [
  {
    text: 'How it does',
    items: [
      page('Parity with PyTorch', 'parity'),
      page('Performance', 'performance/results'),
      page('Choices', 'performance/choices'),
      page('Experiments', 'performance/experiments'),
    ],
  },
  {
    text: 'Inside',
    items: [
      page('Architecture', 'architecture'),
      page('Memory and gradients', 'memory'),
      page('Contributing', 'contributing'),
      page('Releasing', 'releasing'),
      page('Changelog', 'changelog'),
    ],
  },
];

const base = process.env.LUTRA_SITE_BASE ?? '/';

export default defineConfig({
  srcDir: 'source',
  outDir: '../build/site',
  // The folder of the server where the site is put, such as /lutra/.
  base,
  lang: 'en',
  title: 'Lutra',
  description: 'Training of embeddings and sequence models in Node.js, with PyTorch’s semantics and native speed',
  cleanUrls: false,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }]],
  // The next page is fetched when it is wanted.
  router: { prefetchLinks: false },
  markdown: { theme: { light: 'github-light', dark: 'github-dark' } },
  themeConfig: {
    nav: [
      { text: 'Start', link: '/guides/start' },
      { text: 'Guides', link: '/guides/embeddings' },
      { text: 'API', link: '/api/' },
      { text: 'Parity', link: '/parity' },
      { text: 'Performance', link: '/performance/results' },
      { text: version, items: [page('Changelog', 'changelog'), page('Contributing', 'contributing')] },
    ],
    sidebar: { '/api/': [{ text: 'API', link: '/api/', items: api }], '/': [...guides, ...about] },
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          searchOptions: {
            // A guide explains what the API only lists.
            boostDocument: (id) => (id.includes('/guides/') ? 4 : id.includes('/api/') ? 1 : 2),
          },
        },
      },
    },
    footer: { message: 'MIT License' },
  },
});
