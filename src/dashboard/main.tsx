import './styles/index.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { startClock } from './clock.ts';
import { watchAddress } from './navigation.ts';
import { applyTheme } from './theme.ts';

const root = document.querySelector('#app');
if (root !== null) {
  applyTheme();
  watchAddress();
  startClock();
  render(<App />, root);
}
