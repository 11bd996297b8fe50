import { pageWords } from '../elements/page-words.js';
import { HostPage } from './host-page.js';
import { Panel } from './panel.js';

const host = new HostPage();
const start = await host.start();
const { language = 'auto' } = start.chosen;
const wanted = language === 'auto' ? navigator.languages : [language];
new Panel(host, start, await pageWords('widget', wanted)).start();
