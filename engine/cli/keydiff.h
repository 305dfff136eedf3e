/* keydiff.h - what changed between two key texts, in words.
 *
 * A key text is a list of lines, each about one thing (docs/engine.md): comparing what the last run
 * recorded with today's says exactly why a task runs again. */
#ifndef SULCUS_KEYDIFF_H
#define SULCUS_KEYDIFF_H

struct arena;
struct task;

struct key_line {
	const char *about;          /* "node", "param fwhm", "in image", "file", "program fslmaths", "want" */
	const char *value;
};

/* The lines of a key text but its first; NULL ended by an about of NULL. */
struct key_line *key_lines(struct arena *a, const char *text);
/* The value of what a line is about, or NULL. */
const char *key_value(const struct key_line *lines, const char *about);

struct changes { struct arena *arena; int n; const char **text; };

/* All differences from the old key text to today's of a task. */
void key_changes(struct changes *out, const struct task *t, const char *old, const char *today);
/* The same for a task whose inputs are not settled, so that it has no key text yet: node and parameters only. */
void key_changes_so_far(struct changes *out, const struct task *t, const char *old);

#endif
