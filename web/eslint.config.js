import { defineConfigWithVueTs, vueTsConfigs } from '@vue/eslint-config-typescript'
import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'

/** Layout of the markup is left to the writer; what people meet (roles, labels, focus) is not. */
const layout = [
  'max-attributes-per-line', 'singleline-html-element-content-newline', 'multiline-html-element-content-newline',
  'html-self-closing', 'html-indent', 'html-closing-bracket-newline', 'first-attribute-linebreak', 'attributes-order',
  'require-default-prop', 'multi-word-component-names',
]

export default defineConfigWithVueTs(
  { ignores: ['dist', 'coverage', 'src/api/schema.d.ts'] },
  vue.configs['flat/recommended'],
  vueTsConfigs.recommended,
  ...accessibility.configs['flat/recommended'],
  {
    rules: {
      ...Object.fromEntries(layout.map((name) => [`vue/${name}`, 'off'])),
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'max-lines': ['error', { max: 200, skipBlankLines: true }],
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  // The controls themselves are named from outside, by Field or an aria-label; the tests ask for them by that name.
  { files: ['src/ui/*.vue'], rules: { 'vuejs-accessibility/form-control-has-label': 'off' } },
)
