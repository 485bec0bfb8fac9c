import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n, speak } from './lib/i18n'
import { useLook } from './lib/look'
import { queryClient } from './lib/queries'
import { registerWorker } from './lib/update'
import { router } from './router'
import './styles/main.css'

const app = createApp(App)
app.use(createPinia()).use(i18n).use(VueQueryPlugin, { queryClient })

// The words, the session and the first view travel together; the skeleton of index.html stays until all are here.
const words = speak(useLook().language)
app.use(router)
await Promise.all([words, router.isReady()])
app.mount('#app')
registerWorker()
