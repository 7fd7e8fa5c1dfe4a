// Runs before the first paint, so that a page which is dark is never light for a moment.
const remembered = localStorage.getItem('theme')
document.documentElement.dataset.theme = remembered === 'light' || remembered === 'dark' ? remembered : 'auto'

document.addEventListener('DOMContentLoaded', () => {
  for (const choice of document.querySelectorAll('[name="theme"]')) {
    choice.checked = choice.value === document.documentElement.dataset.theme
    choice.addEventListener('change', () => {
      document.documentElement.dataset.theme = choice.value
      localStorage.setItem('theme', choice.value)
    })
  }
})
