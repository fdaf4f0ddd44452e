/** Reading aloud: the tablet's own Indonesian voice, else a recording, else no button at all. */

/**
 * The voice for a language, or null. Javanese is read by an Indonesian voice when there is no other.
 * Voices that send the text over the internet are left out: the player asks no third party.
 */
export function voiceFor(language, voices) {
  const local = voices.filter((voice) => voice.localService !== false);
  const speaks = (tag) =>
    local.find((voice) => voice.lang.toLowerCase().replace("_", "-").startsWith(tag));
  // Old Androids still call Indonesian "in".
  return (language === "jv" && speaks("jv")) || speaks("id") || speaks("in-") || null;
}

/** Reads one thing at a time. */
export class Reader {
  /** @param {() => void} onChange called when a voice turns up or the reading ends */
  constructor(onChange, synthesis = window.speechSynthesis) {
    this.onChange = onChange;
    this.synthesis = synthesis;
    this.reading = false;
    this._voicesChanged = () => onChange();
    if (synthesis && synthesis.addEventListener) {
      synthesis.addEventListener("voiceschanged", this._voicesChanged);
    }
  }

  voice(language) {
    return this.synthesis ? voiceFor(language, this.synthesis.getVoices()) : null;
  }

  canRead(language, audio) {
    return Boolean(this.voice(language) || (audio && audio[language]));
  }

  /** Read these sentences, or play the recording of them. */
  read(sentences, language, audio) {
    this.stop();
    const voice = this.voice(language);
    this.reading = true;
    if (voice) {
      sentences.forEach((sentence, at) => this._say(sentence, voice, at === sentences.length - 1));
    } else {
      this.player = new Audio(audio[language]);
      this.player.onended = this.player.onerror = () => this._ended();
      this.player.play().catch(() => this._ended());
    }
    this.onChange();
  }

  _say(sentence, voice, last) {
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = 0.9;
    if (last) utterance.onend = utterance.onerror = () => this._ended();
    this.synthesis.speak(utterance);
  }

  _ended() {
    if (!this.reading) return;
    this.reading = false;
    this.onChange();
  }

  stop() {
    if (!this.reading) return;
    this.reading = false;
    if (this.synthesis) this.synthesis.cancel();
    if (this.player) this.player.pause();
  }

  destroy() {
    this.stop();
    if (this.synthesis && this.synthesis.removeEventListener) {
      this.synthesis.removeEventListener("voiceschanged", this._voicesChanged);
    }
  }
}
