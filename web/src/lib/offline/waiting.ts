import { ref } from 'vue'

/** How many messages have not been sent: told by the keeper once it is there, so that the frame need not know chats. */
export const waitingCount = ref(0)
