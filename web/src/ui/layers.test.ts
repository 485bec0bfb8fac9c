import { screen, waitFor } from '@testing-library/vue'
import { expect, test, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import { useConfirm } from '@/lib/confirm'
import { useToasts } from '@/lib/toasts'
import { faults, show } from '@/testing/page'
import Button from './Button.vue'
import ConfirmDialog from './ConfirmDialog.vue'
import Dialog from './Dialog.vue'
import IconButton from './IconButton.vue'
import Menu from './Menu.vue'
import ToastList from './ToastList.vue'
import TooltipHost from './TooltipHost.vue'

const Windowed = defineComponent(() => {
  const open = ref(false)
  return () => [
    h(Button, { onClick: () => (open.value = true) }, () => 'Open'),
    h(Dialog, { 'title': 'New character', 'open': open.value, 'onUpdate:open': (now: boolean) => (open.value = now) }, () => h('button', 'Inside')),
  ]
})

test('a dialog holds the focus, closes on Escape and gives the focus back', async () => {
  const { user } = await show(Windowed)
  await user.click(screen.getByRole('button', { name: 'Open' }))
  const dialog = await screen.findByRole('dialog', { name: 'New character' })
  for (let turn = 0; turn < 5; turn++) {
    await user.tab()
    expect(dialog.contains(document.activeElement)).toBe(true)
  }
  expect(await faults(dialog)).toEqual([])
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Open' }))
})

test('a menu opens by keyboard, walks by arrows, runs by Enter and gives the focus back', async () => {
  const run = vi.fn()
  const items = [{ label: 'Export', run: () => {} }, { label: 'Delete', run }]
  const Host = defineComponent(() => () => h(Menu, { items }, () => h(IconButton, { label: 'More', icon: 'svg' as never })))
  const { user } = await show(Host)
  await user.tab()
  await user.keyboard('{Enter}')
  await screen.findByRole('menu')
  await user.keyboard('{ArrowDown}{Enter}')
  expect(run).toHaveBeenCalledOnce()
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More' })))
})

test('a question is answered by its button, and Escape means no', async () => {
  const { user } = await show(ConfirmDialog)
  const confirm = useConfirm()
  const first = confirm.ask({ title: 'Remove Demo?', action: 'Remove', tone: 'bad' })
  await screen.findByRole('alertdialog', { name: 'Remove Demo?' })
  await user.click(screen.getByRole('button', { name: 'Remove' }))
  expect(await first).toBe(true)
  const second = confirm.ask({ title: 'Again?', action: 'Yes' })
  await screen.findByRole('alertdialog', { name: 'Again?' })
  await user.keyboard('{Escape}')
  expect(await second).toBe(false)
})

test('a toast offers the way back and waits while it is looked at', async () => {
  const { user } = await show(ToastList)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const undo = vi.fn()
  const toasts = useToasts()
  toasts.show('Aria is in the trash', { action: { label: 'Undo', run: undo } })
  await nextTick()
  screen.getByRole('button', { name: 'Undo' }).focus()
  vi.advanceTimersByTime(60_000)
  vi.useRealTimers()
  await user.click(screen.getByRole('button', { name: 'Undo' }))
  expect(undo).toHaveBeenCalledOnce()
  expect(toasts.items).toEqual([])
})

test('a toast leaves by itself', async () => {
  await show(ToastList)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const toasts = useToasts()
  toasts.show('Saved')
  vi.advanceTimersByTime(7_000)
  expect(toasts.items).toEqual([])
  vi.useRealTimers()
})

test('keyboard focus shows a tip and Escape hides it', async () => {
  const Host = defineComponent(() => () => [h(IconButton, { label: 'Theme', icon: 'svg' as never }), h(TooltipHost)])
  const { user } = await show(Host)
  await user.tab()
  expect(await screen.findByText('Theme')).toBeTruthy()
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByText('Theme')).toBeNull())
})

test('a field that a menu opened keeps the focus; else it returns to the button', async () => {
  const asking = ref(false)
  const ask = async (): Promise<void> => { asking.value = true; await nextTick(); screen.getByLabelText('Nudge').focus() }
  const items = [{ label: 'Ask', run: ask }, { label: 'Nothing', run: () => {} }]
  const Host = defineComponent(() => () => [h(Menu, { items }, () => h(IconButton, { label: 'More', icon: 'svg' as never })), asking.value ? h('input', { 'aria-label': 'Nudge' }) : null])
  const { user } = await show(Host)
  await user.click(screen.getByRole('button', { name: 'More' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Nothing' }))
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More' })))
  await user.click(screen.getByRole('button', { name: 'More' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Ask' }))
  await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
  await new Promise((done) => setTimeout(done, 50))
  expect(document.activeElement).toBe(screen.getByLabelText('Nudge'))
})
