import { defineStore } from 'pinia'
import { ref } from 'vue'

/** In which chats of groups this page lets them go on by themselves, and whether somebody is writing just now. */
export const useAuto = defineStore('auto', () => {
  const chats = ref<readonly string[]>([])
  const writing = ref(false)
  const has = (id: string): boolean => chats.value.includes(id)
  function turn(id: string, on: boolean): void {
    chats.value = on ? [...new Set([...chats.value, id])] : chats.value.filter((one) => one !== id)
  }
  return { writing, has, turn }
})
