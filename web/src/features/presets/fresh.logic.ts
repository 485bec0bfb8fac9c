import { defaultOrder, builtIns } from './prompts.logic'
import type { Data, Kind } from './presets.types'

/** What a new preset of a kind begins with; kinds that only come from files have none. */
const FRESH: Partial<Record<Kind, (name: string) => Data>> = {
  chat: () => ({
    temperature: 1, top_p: 1, openai_max_context: 8192, openai_max_tokens: 400, names_behavior: 0, wi_format: '{0}', scenario_format: '{{scenario}}', personality_format: '{{personality}}',
    new_chat_prompt: '[Start a new Chat]', new_example_chat_prompt: '[Example Chat]', prompts: builtIns.map((one) => ({ ...one })), prompt_order: [{ character_id: 100001, order: defaultOrder.map((one) => ({ ...one })) }],
  }),
  context: (name) => ({
    name, story_string: '{{#if system}}{{system}}\n{{/if}}{{#if wiBefore}}{{wiBefore}}\n{{/if}}{{#if description}}{{description}}\n{{/if}}{{#if personality}}{{personality}}\n{{/if}}{{#if scenario}}{{scenario}}\n{{/if}}{{#if wiAfter}}{{wiAfter}}\n{{/if}}{{#if persona}}{{persona}}\n{{/if}}{{#if anchorBefore}}{{anchorBefore}}\n{{/if}}{{#if anchorAfter}}{{anchorAfter}}\n{{/if}}{{trim}}',
    chat_start: '***', example_separator: '***', use_stop_strings: false, names_as_stop_strings: true, story_string_position: 0, story_string_depth: 1, story_string_role: 0, always_force_name2: true, trim_sentences: false, single_line: false,
  }),
  instruct: (name) => ({
    name, input_sequence: '### Instruction:', output_sequence: '### Response:', system_sequence: '', input_suffix: '', output_suffix: '', system_suffix: '', first_output_sequence: '', last_output_sequence: '', stop_sequence: '',
    story_string_prefix: '', story_string_suffix: '', wrap: true, macro: true, names_behavior: 'force', skip_examples: false, system_same_as_user: false, sequences_as_stop_strings: true, activation_regex: '', user_alignment_message: '',
  }),
  system_prompt: (name) => ({ name, content: 'Write {{char}}\'s next reply in a fictional chat between {{char}} and {{user}}.', post_history: '' }),
  reasoning: (name) => ({ name, prefix: '<think>\n', suffix: '\n</think>', separator: '\n\n' }),
  script: (name) => ({ scriptName: name, findRegex: '', replaceString: '', trimStrings: [], placement: [2], disabled: false, runOnEdit: false, markdownOnly: false, promptOnly: false, substituteRegex: 0, minDepth: null, maxDepth: null }),
  quick_reply: (name) => ({ version: 2, name, disableSend: true, placeBeforeInput: false, injectInput: false, qrList: [], idIndex: 0 }),
}
export const canBeMade = (kind: Kind): boolean => kind in FRESH
export const freshData = (kind: Kind, name: string): Data => FRESH[kind]?.(name) ?? {}
