import { expect, test } from 'vitest'
import type { RouteLocationNormalized } from 'vue-router'
import { verdict } from './guard'

const to = (name: string, open = false, fullPath = `/${name}`) => ({ name, meta: { open }, fullPath }) as unknown as RouteLocationNormalized

test.each([
  ['setup', to('characters'), { name: 'setup' }],
  ['setup', to('setup', true), true],
  ['signed-out', to('characters', false, '/characters?q=x'), { name: 'login', query: { next: '/characters?q=x' } }],
  ['signed-out', to('home', false, '/'), { name: 'login', query: {} }],
  ['signed-out', to('setup', true), { name: 'login' }],
  ['signed-out', to('missing', true), true],
  ['signed-in', to('login', true), { name: 'home' }],
  ['signed-in', to('setup', true), true],
  ['unreachable', to('characters'), true],
] as const)('%s asks for %o', (standing, asked, answer) => expect(verdict(standing, asked)).toEqual(answer))
