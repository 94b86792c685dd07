// The beginning: the frame, and whether somebody is logged in already.
import { render } from 'preact';
import { Frame } from './frame/view';

const root = document.getElementById('console');
if (root !== null) render(<Frame />, root);
