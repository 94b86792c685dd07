import assert from 'node:assert/strict';
import test from 'node:test';
import { link, routeRead } from './route';

test('a link leads back to what it was made of', () => {
  assert.deepEqual(routeRead(link('request', 'a/b ?#%')), { screen: 'request', id: 'a/b ?#%', filter: '' });
  assert.deepEqual(routeRead(link('inbox', '', 'soon')), { screen: 'inbox', id: '', filter: 'soon' });
});

test('whatever stands behind the # opens a screen or none, and breaks nothing', () => {
  for (const hash of ['', '#', '#/', '#//', '#/%E0%A4', '#/request/%', '#<script>']) assert.equal(typeof routeRead(hash).screen, 'string');
  assert.equal(routeRead('').screen, 'inbox');
});
