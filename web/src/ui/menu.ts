import type { Component } from 'vue'

export interface MenuItem {
  label: string
  icon?: Component
  run: () => unknown
  tone?: 'bad'
  disabled?: boolean
  /** A line stands above it. */
  apart?: boolean
}
