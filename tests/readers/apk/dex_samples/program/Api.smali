.class public interface abstract Lsample/Api;
.super Ljava/lang/Object;

.method public abstract report(Ljava/lang/String;)V
    .param p1
        .annotation runtime Lretrofit2/http/Field;
            value = "photo"
        .end annotation
    .end param
    .annotation runtime Lretrofit2/http/POST;
        value = "sign"
    .end annotation
    .annotation runtime Lretrofit2/http/FormUrlEncoded;
    .end annotation
    .annotation build Landroidx/annotation/NonNull;
    .end annotation
    .annotation system Ldalvik/annotation/Signature;
        value = { "(Ljava/lang/String;)V" }
    .end annotation
.end method
