.class public Lsample/Shared;
.super Ljava/lang/Object;

.method public static run()V
    .registers 1
    const-string v0, "library"
    return-void
.end method
