// The usual theme with the reader's own fonts: a page is there at once.
import Theme from 'vitepress/theme-without-fonts';
import './site.css';

export default Theme;
