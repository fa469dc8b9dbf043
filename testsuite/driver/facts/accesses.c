/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Reads and writes: which lvalues are events, what value a write stores, what counts as private. */
struct point { int x, y; };
struct node { struct node *next; int value; struct point at; int row[4]; int *data; };
extern int global;
extern volatile int flag;
extern struct node *head;
extern int table[8];
void use(int *p);

void plain(struct node *n) { n->value = global; global = n->at.x; }
// CHECK-LABEL: function plain
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read global
// CHECK-NEXT:     write n->value = global
// CHECK-NEXT:     read n->at.x
// CHECK-NEXT:     write global = n->at.x
void modify(struct node *n) { n->value++; --n->at.y; global += 2; n->data++; n->data -= 3; }
// CHECK-LABEL: function modify
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write n->value = ? [modify]
// CHECK-NEXT:     write n->at.y = ? [modify decrease]
// CHECK-NEXT:     write global = ? [modify]
// CHECK-NEXT:     write n->data = &n->data[?] [modify]
// CHECK-NEXT:     write n->data = &n->data[?] [modify decrease]
int elements(struct node *n, int i) {
    n->row[i] = table[2];
    table[0] = n->data[i];
    *n->data = table[i + 1];
    return n->row[0] + *(n->data + i);
}
// CHECK-LABEL: function elements
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read table[2]
// CHECK-NEXT:     write n->row[i] = table[2]
// CHECK-NEXT:     read n->data
// CHECK-NEXT:     read n->data[i]
// CHECK-NEXT:     write table = n->data[i]
// CHECK-NEXT:     read table[?]
// CHECK-NEXT:     read n->data
// CHECK-NEXT:     write *n->data = table[?]
// CHECK-NEXT:     read n->row
// CHECK-NEXT:     read n->data
// CHECK-NEXT:     read n->data[i]
// CHECK-NEXT:     return
int chain(void) { return head->next->next->value; }
// CHECK-LABEL: function chain
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read head
// CHECK-NEXT:     read head->next
// CHECK-NEXT:     read head->next->next
// CHECK-NEXT:     read head->next->next->value
// CHECK-NEXT:     return head->next->next->value
void polls(void) { while (!flag) { } flag = 0; }
// CHECK-LABEL: function polls
// CHECK-NEXT:   block 0
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     read flag [volatile condition]
// CHECK-NEXT:     if flag == 0 goto 1 else 2
// CHECK-NEXT:   block 2
// CHECK-NEXT:     write flag = 0 [volatile]
int locals(int a) { int b = a, c; c = b + 1; struct point p; p.x = c; return p.x; }
// CHECK-LABEL: function locals
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write b = a [initialise]
// CHECK-NEXT:     write c = ?
// CHECK-NEXT:     write p.x = c
// CHECK-NEXT:     return p.x
// CHECK-NEXT:     scope-end p
int escapes(int a) { int b = 1; use(&b); use(&a); return a + b; }
// CHECK-LABEL: function escapes
// CHECK-NEXT:   address taken: a
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write b = 1 [initialise]
// CHECK-NEXT:     call use(&b)
// CHECK-NEXT:     call use(&a)
// CHECK-NEXT:     read a
// CHECK-NEXT:     read b
// CHECK-NEXT:     return
// CHECK-NEXT:     scope-end b
int own(void) { struct point p = {1, 2}; int v[2] = {3, 4}; return (&p)->x + v[1]; }
// CHECK-LABEL: function own
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write p.x = 1 [initialise]
// CHECK-NEXT:     write p.y = 2 [initialise]
// CHECK-NEXT:     write v = ? [initialise]
// CHECK-NEXT:     return
// CHECK-NEXT:     scope-end p
void walk(int *p, int n) { for (int *q = p; q < p + n; q++) *q = 0; }
// CHECK-LABEL: function walk
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write q = p [initialise]
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 1 loop
// CHECK-NEXT:     if q < &p[n] goto 2 else 3
// CHECK-NEXT:   block 2
// CHECK-NEXT:     write *q = 0
// CHECK-NEXT:     write q = &q[?] [modify]
// CHECK-NEXT:     goto 1
// CHECK-NEXT:   block 3
int *address(struct node *n, int i) { return i ? &n->row[i] : &(*n).at.y; }
// CHECK-LABEL: function address
// CHECK-NEXT:   block 0
// CHECK-NEXT:     if i != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     return &n->row[i]
// CHECK-NEXT:   block 2
// CHECK-NEXT:     return &n->at.y
unsigned cast(void *p) { return ((struct node *)p)->value; }
// CHECK-LABEL: function cast
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read p->value
// CHECK-NEXT:     return p->value
void comma(struct node *n) { (global++, n)->value = (use(0), 5); }
// CHECK-LABEL: function comma
// CHECK-NEXT:   block 0
// CHECK-NEXT:     call use(0)
// CHECK-NEXT:     write global = ? [modify]
// CHECK-NEXT:     write n->value = 5
int nested(struct node *n) { int k; return (k = n->value) + (n->value = 3); }
// CHECK-LABEL: function nested
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read n->value
// CHECK-NEXT:     write k = n->value
// CHECK-NEXT:     write n->value = 3
// CHECK-NEXT:     return
enum { A = 3, B };
long constants(void) { long k = sizeof(int) * B; k = -A; k = ~0; k = 'c'; k = (A << 2) | 1; return k; }
// CHECK-LABEL: function constants
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write k = 16 [initialise]
// CHECK-NEXT:     write k = -3
// CHECK-NEXT:     write k = -1
// CHECK-NEXT:     write k = 99
// CHECK-NEXT:     write k = 13
// CHECK-NEXT:     return k
extern int grid[4][8];
int planes(int i, int (*rows)[8]) { return grid[1][2] + grid[i][0] + *(grid[i] + 1) + rows[1][i] + *(*(rows + 1) + i); }
// CHECK-LABEL: function planes
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read grid[1][2]
// CHECK-NEXT:     read grid[i]
// CHECK-NEXT:     read grid[i][1]
// CHECK-NEXT:     read rows[1][i]
// CHECK-NEXT:     read rows[1][i]
// CHECK-NEXT:     return
int steps(int *p, int i) { return *(p + 1 + 2) + *(p + i + 1) + (&p[2])[3] + "text"[i]; }
// CHECK-LABEL: function steps
// CHECK-NEXT:   block 0
// CHECK-NEXT:     read p[3]
// CHECK-NEXT:     read p[?]
// CHECK-NEXT:     read p[5]
// CHECK-NEXT:     return
void checked(int *p, int n) { if (__builtin_mul_overflow(n, 2, p)) *p = 0; }
// CHECK-LABEL: function checked
// CHECK-NEXT:   block 0
// CHECK-NEXT:     write *p = ?
// CHECK-NEXT:     write <condition> = ?
// CHECK-NEXT:     if <condition> != 0 goto 1 else 2
// CHECK-NEXT:   block 1
// CHECK-NEXT:     write *p = 0
// CHECK-NEXT:     goto 2
// CHECK-NEXT:   block 2
