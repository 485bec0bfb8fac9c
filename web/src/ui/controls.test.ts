import { screen } from '@testing-library/vue'
import { expect, test, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { faults, show } from '@/testing/page'
import Button from './Button.vue'
import Dropzone from './Dropzone.vue'
import Field from './Field.vue'
import NumberField from './NumberField.vue'
import PasswordInput from './PasswordInput.vue'
import SearchInput from './SearchInput.vue'
import SegmentedControl from './SegmentedControl.vue'
import Switch from './Switch.vue'
import Tabs from './Tabs.vue'
import TagsInput from './TagsInput.vue'
import TextInput from './TextInput.vue'

/** A control with a value of its own, as a view would hold it. */
function held<T>(control: object, start: T, props: object = {}) {
  const value = ref(start)
  const Holder = defineComponent(() => () => h(control, { ...props, 'modelValue': value.value, 'onUpdate:modelValue': (now: T) => (value.value = now as never) }))
  return { value, Holder }
}

test('a busy button keeps the focus and refuses presses', async () => {
  const pressed = vi.fn()
  const { user } = await show(defineComponent(() => () => h(Button, { busy: true, onClick: pressed }, () => 'Save')))
  await user.tab()
  await user.keyboard('{Enter} ')
  expect(screen.getByRole('button', { name: 'Save' })).toBe(document.activeElement)
  expect(pressed).not.toHaveBeenCalled()
})

test('a field ties label, hint and error to its control', async () => {
  const Form = defineComponent(() => () => h(Field, { label: 'Name', hint: 'As you like', error: 'Too short', required: true }, { default: (bound: object) => h(TextInput, { ...bound, modelValue: '' }) }))
  await show(Form)
  const input = screen.getByRole('textbox', { name: 'Name', description: 'Too short' })
  expect(input.getAttribute('aria-invalid')).toBe('true')
  expect(await faults()).toEqual([])
})

test('space turns a switch', async () => {
  const { value, Holder } = held(Switch, false, { label: 'Read aloud' })
  const { user } = await show(Holder)
  await user.tab()
  await user.keyboard(' ')
  expect(value.value).toBe(true)
  expect(screen.getByRole('switch', { name: 'Read aloud' }).getAttribute('aria-checked')).toBe('true')
})

test('arrow keys choose within a segmented control', async () => {
  const { value, Holder } = held(SegmentedControl, 'a', { label: 'Theme', options: [{ value: 'a', label: 'Light' }, { value: 'b', label: 'Dark' }] })
  const { user } = await show(Holder)
  await user.click(screen.getByRole('radio', { name: 'Light' }))
  await user.keyboard('{ArrowRight}')
  expect(value.value).toBe('b')
})

test('arrow keys walk between tabs and show the panel', async () => {
  const { Holder } = held(Tabs, 'one', { label: 'Character', tabs: [{ value: 'one', label: 'One' }, { value: 'two', label: 'Two' }] })
  const { user } = await show(Holder)
  await user.click(screen.getByRole('tab', { name: 'One' }))
  await user.keyboard('{ArrowRight}')
  expect(screen.getByRole('tab', { name: 'Two' }).getAttribute('aria-selected')).toBe('true')
  expect(screen.getByRole('tabpanel', { name: 'Two' })).toBeTruthy()
})

test('tags are added by comma or Enter and taken back by Backspace', async () => {
  const { value, Holder } = held<string[]>(TagsInput, ['sea'], { 'aria-label': 'Tags' })
  const { user } = await show(Holder)
  await user.click(screen.getByRole('textbox', { name: 'Tags' }))
  await user.keyboard('slow burn,horror{Enter}')
  expect(value.value).toEqual(['sea', 'slow burn', 'horror'])
  await user.keyboard('{Backspace}')
  expect(value.value).toEqual(['sea', 'slow burn'])
  await user.click(screen.getByRole('button', { name: 'Remove tag sea' }))
  expect(value.value).toEqual(['slow burn'])
})

test('a number is stepped by arrow keys and emptied to null', async () => {
  const { value, Holder } = held<number | null>(NumberField, 1, { 'min': 0, 'max': 2, 'step': 0.5, 'aria-label': 'Temperature' })
  const { user } = await show(Holder)
  const input = screen.getByRole('spinbutton', { name: 'Temperature' })
  await user.click(input)
  await user.keyboard('{ArrowUp}')
  expect(value.value).toBe(1.5)
  await user.clear(input)
  await user.tab()
  expect(value.value).toBeNull()
})

test('Escape clears a search and a button says so too', async () => {
  const { value, Holder } = held(SearchInput, 'aria', { label: 'Search' })
  const { user } = await show(Holder)
  await user.click(screen.getByRole('searchbox', { name: 'Search' }))
  await user.keyboard('{Escape}')
  expect(value.value).toBe('')
  expect(screen.queryByRole('button', { name: 'Clear' })).toBeNull()
})

test('a password can be looked at', async () => {
  const { Holder } = held(PasswordInput, 'secret', { 'aria-label': 'Password' })
  const { user } = await show(Holder)
  await user.click(screen.getByRole('button', { name: 'Show what is typed' }))
  expect(screen.getByLabelText<HTMLInputElement>('Password').type).toBe('text')
})

test('a dropzone takes files from the keyboard\'s file dialog and hands out one when one is asked for', async () => {
  const taken = vi.fn()
  const { user } = await show(Dropzone, { props: { label: 'Drop a card', onFiles: taken } })
  await user.upload(screen.getByLabelText('Drop a card'), [new File(['a'], 'a.png'), new File(['b'], 'b.png')])
  expect(taken.mock.calls.map(([files]) => (files as File[]).map(({ name }) => name))).toEqual([['a.png']])
})
