.class public Lsample/R$layout;
.super Ljava/lang/Object;

.field public static activity_main:I = 0x7f0b0005
.field public static fragment_list:I = 0x7f0b0006
.field public static row:I = 0x7f0b0007
