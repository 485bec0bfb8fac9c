import type { Kind } from './presets.types'

export interface FieldRow {
  name: string
  kind: 'long' | 'mono' | 'line' | 'switch' | 'number' | 'choice'
  /** A choice's values as they stand in the file. */
  values?: readonly (string | number)[]
  /** The same thing among the tuned values, whose words are used. */
  path?: string
  step?: number
}
const of = (kind: FieldRow['kind'], ...names: string[]): FieldRow[] => names.map((name) => ({ name, kind }))
const number = (name: string, path: string, step = 0.01): FieldRow => ({ name, kind: 'number', path: `generation.${path}`, step })

const chatSamplers = [
  number('temperature', 'temperature'), number('top_p', 'top_p'), number('top_k', 'top_k', 1), number('min_p', 'min_p'), number('top_a', 'top_a'), number('repetition_penalty', 'repetition_penalty'),
  number('frequency_penalty', 'frequency_penalty'), number('presence_penalty', 'presence_penalty'), number('openai_max_context', 'context_tokens', 256), number('openai_max_tokens', 'reply_tokens', 16), number('seed', 'seed', 1),
]
const textSamplers = [
  number('temp', 'temperature'), number('top_p', 'top_p'), number('top_k', 'top_k', 1), number('min_p', 'min_p'), number('top_a', 'top_a'), number('tfs', 'tfs'), number('typical_p', 'typical_p'),
  number('rep_pen', 'repetition_penalty'), number('rep_pen_range', 'repetition_penalty_range', 1), number('freq_pen', 'frequency_penalty'), number('presence_pen', 'presence_penalty'),
  number('dry_multiplier', 'dry_multiplier'), number('dry_base', 'dry_base'), number('dry_allowed_length', 'dry_allowed_length', 1), number('xtc_threshold', 'xtc_threshold'), number('xtc_probability', 'xtc_probability'),
  number('smoothing_factor', 'smoothing_factor'), number('mirostat_mode', 'mirostat_mode', 1), number('mirostat_tau', 'mirostat_tau'), number('mirostat_eta', 'mirostat_eta'),
  number('genamt', 'reply_tokens', 16), number('max_length', 'context_tokens', 256),
]

/** The fields of each kind that can be written here, in groups; all others are in the file view. */
export const fieldGroups: Partial<Record<Kind, Record<string, readonly FieldRow[]>>> = {
  chat: {
    texts: [...of('long', 'new_chat_prompt', 'new_group_chat_prompt', 'new_example_chat_prompt', 'continue_nudge_prompt', 'impersonation_prompt', 'group_nudge_prompt'), ...of('mono', 'wi_format', 'scenario_format', 'personality_format')],
    behaviour: [
      { name: 'names_behavior', kind: 'choice', values: [-1, 0, 1, 2] }, ...of('switch', 'squash_system_messages', 'continue_prefill'),
      { name: 'continue_postfix', kind: 'choice', values: ['', ' ', '\n', '\n\n'] }, ...of('line', 'send_if_empty', 'assistant_prefill'),
    ],
    numbers: chatSamplers,
  },
  text: { numbers: textSamplers },
  context: {
    template: of('mono', 'story_string', 'chat_start', 'example_separator'),
    behaviour: [
      { name: 'story_string_position', kind: 'choice', values: [0, 1] }, { name: 'story_string_depth', kind: 'number', step: 1 }, { name: 'story_string_role', kind: 'choice', values: [0, 1, 2] },
      ...of('switch', 'always_force_name2', 'use_stop_strings', 'names_as_stop_strings', 'trim_sentences', 'single_line'),
    ],
  },
  instruct: {
    turns: of('mono', 'input_sequence', 'input_suffix', 'output_sequence', 'output_suffix', 'system_sequence', 'system_suffix'),
    ends: of('mono', 'first_input_sequence', 'last_input_sequence', 'first_output_sequence', 'last_output_sequence', 'last_system_sequence', 'story_string_prefix', 'story_string_suffix', 'stop_sequence', 'user_alignment_message'),
    behaviour: [...of('switch', 'wrap', 'macro', 'system_same_as_user', 'skip_examples', 'sequences_as_stop_strings'), { name: 'names_behavior', kind: 'choice', values: ['none', 'force', 'always'] }, ...of('line', 'activation_regex')],
  },
  system_prompt: { template: of('long', 'content', 'post_history') },
  reasoning: { template: of('mono', 'prefix', 'suffix', 'separator') },
}
export const wordOf = (value: string | number): string => (value === '' ? 'nothing' : value === ' ' ? 'space' : value === '\n' ? 'line' : value === '\n\n' ? 'lines' : typeof value === 'number' && value < 0 ? `minus_${-value}` : String(value))

/** What SillyTavern's themes say that ours can say too. */
export const themeMap: readonly { name: string; ours: 'text' | 'quotes' | 'accent' | 'size' | 'bubbles' | 'width' | null }[] = [
  { name: 'main_text_color', ours: 'text' }, { name: 'quote_text_color', ours: 'quotes' }, { name: 'italics_text_color', ours: null }, { name: 'underline_text_color', ours: 'accent' }, { name: 'blur_tint_color', ours: null },
  { name: 'chat_tint_color', ours: null }, { name: 'user_mes_blur_tint_color', ours: null }, { name: 'bot_mes_blur_tint_color', ours: null }, { name: 'shadow_color', ours: null }, { name: 'border_color', ours: null },
  { name: 'font_scale', ours: 'size' }, { name: 'chat_display', ours: 'bubbles' }, { name: 'chat_width', ours: 'width' }, { name: 'blur_strength', ours: null }, { name: 'shadow_width', ours: null }, { name: 'avatar_style', ours: null }, { name: 'custom_css', ours: null },
]
