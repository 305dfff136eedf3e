/* check.h - a thin layer over cmocka: TEST(name) { ... } registers itself; each file is one program.
 *
 * CHECK_TEXT, CHECK_INT, CHECK_NEAR say what is and what must be; CHECK_OK takes a struct error *. */
#ifndef SULCUS_CHECK_H
#define SULCUS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/error.h"

void check_register(const char *name, void (*run)(void));
/* The test's own arena, freed when it ends. */
struct arena *check_arena(void);
/* A fresh folder, removed when the program ends. */
const char *check_folder(void);
void check_near(double is, double must, double tol, const char *what, const char *file, int line);
void check_ok(struct error *e, const char *file, int line);
/* Fails unless e is an error whose printed text has `part` in it; frees it. */
void check_error(struct error *e, const char *part, const char *file, int line);
/* Numbers in [0, 1) from a fixed sequence. */
double check_random(void);

#define TEST(name) \
	static void name(void); \
	__attribute__((constructor)) static void register_##name(void) { check_register(#name, name); } \
	static void name(void)
#define CHECK(cond) assert_true(cond)
#define CHECK_INT(is, must) assert_int_equal((is), (must))
#define CHECK_TEXT(is, must) assert_string_equal((is), (must))
#define CHECK_NEAR(is, must, tol) check_near((is), (must), (tol), #is, __FILE__, __LINE__)
#define CHECK_OK(e) check_ok((e), __FILE__, __LINE__)
#define CHECK_ERROR(e, part) check_error((e), (part), __FILE__, __LINE__)

#endif
