import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useSession } from './session'
import { remember } from './storage'

const kim = { id: 'u', username: 'kim', role: 'owner' }
const asked: string[] = []

function server(setup: { needed: boolean; signed_in: boolean }) {
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url)
    asked.push(pathname)
    if (pathname === '/api/setup') return Response.json({ code_required: false, ...setup })
    return setup.signed_in ? Response.json({ user: kim, csrf_token: 't' }) : Response.json({ code: 'not_signed_in' }, { status: 401 })
  })
}

describe('who is there', () => {
  beforeEach(() => { localStorage.clear(); asked.length = 0; setActivePinia(createPinia()) })

  it('is asked without a refusal where nobody has been', async () => {
    server({ needed: true, signed_in: false })
    expect(await useSession().find()).toBe('setup')
    expect(asked).toEqual(['/api/setup'])
  })
  it('is asked without a refusal where nobody has signed in', async () => {
    server({ needed: false, signed_in: false })
    expect(await useSession().find()).toBe('signed-out')
    expect(asked).toEqual(['/api/setup'])
  })
  it('is known by the cookie where the browser remembers nobody', async () => {
    server({ needed: false, signed_in: true })
    expect(await useSession().find()).toBe('signed-in')
    expect(asked).toEqual(['/api/setup', '/api/auth/me'])
  })
  it('is asked at once where somebody was', async () => {
    remember('tavern.who', kim)
    server({ needed: false, signed_in: true })
    expect(await useSession().find()).toBe('signed-in')
    expect(asked).toEqual(['/api/auth/me'])
  })
  it('is nobody when their session has run out', async () => {
    remember('tavern.who', kim)
    server({ needed: false, signed_in: false })
    expect(await useSession().find()).toBe('signed-out')
  })
})
