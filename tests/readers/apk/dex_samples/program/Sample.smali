.class public Lsample/Sample;
.super Landroid/app/Activity;
.implements Landroid/view/View$OnClickListener;

.field public static final ENDPOINT:Ljava/lang/String; = "patrol/report"
.field public static final INTERVAL:I = 0x7530
.field public static final SURROGATES:Ljava/lang/String; = "\u6253\u5361\ud83d\ude00\u0000end"
.field public static final LONE:Ljava/lang/String; = "a\ud83db"
.field public note:Ljava/lang/String;
    .annotation runtime Lcom/google/gson/annotations/SerializedName;
        value = "signNote"
    .end annotation
.end field

.annotation runtime Lcom/alibaba/android/arouter/facade/annotation/Route;
    path = "/attend/main"
    extras = 0x3
.end annotation
.annotation runtime Lsample/Many;
    names = { "first", "second" }
    target = Lsample/Target;
    level = .enum Lsample/Level;->HIGH:Lsample/Level;
    inner = .subannotation Lsample/Inner;
        text = "nested"
    .end subannotation
.end annotation
.annotation system Ldalvik/annotation/MemberClasses;
    value = { Lsample/Sample$Skipped; }
.end annotation
.annotation runtime Lkotlin/Metadata;
    d2 = { "skippedMetadata" }
.end annotation

# Constants: booleans, milliseconds in a wide pair, one overwritten, one clobbered, one from a parameter.
.method public constants(Landroid/os/Handler;Z)V
    .registers 10
    const/4 v0, 0x0
    invoke-virtual {p0, v0}, Lsample/Sample;->setFinishOnTouchOutside(Z)V
    invoke-virtual {p0, p2}, Lsample/Sample;->setVisible(Z)V
    const-wide/32 v2, 0xea60
    const/4 v1, 0x1
    invoke-virtual {p1, v1, v2, v3}, Landroid/os/Handler;->sendEmptyMessageDelayed(IJ)Z
    const/16 v1, 0x64
    invoke-static {v1}, Lsample/Sample;->whole(I)V
    move-result v1
    invoke-static {v1}, Lsample/Sample;->computed(I)V
    const/4 v4, 0x5
    const-wide v3, 0x123456789abcdefL
    invoke-static {v4}, Lsample/Sample;->clobbered(I)V
    const/high16 v1, 0x10000
    invoke-static {v1}, Lsample/Sample;->high(I)V
    const v5, -0x2
    invoke-static/range {v5 .. v5}, Lsample/Sample;->range(I)V
    const-wide/high16 v2, 0x4000000000000000L
    invoke-static/range {v2 .. v3}, Lsample/Sample;->wideRange(J)V
    const/4 v0, 0x0
    invoke-virtual {p1, v0}, Landroid/os/Handler;->removeCallbacksAndMessages(Ljava/lang/Object;)V
    return-void
.end method

# The constant is loaded more instructions before the call than the reader looks back step by step.
.method public static far()V
    .registers 3
    const/16 v0, 0x7b
    const/4 v1, 0x1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    add-int/2addr v1, v1
    invoke-static {v0}, Lsample/Sample;->distant(I)V
    invoke-static {v1}, Lsample/Sample;->summed(I)V
    return-void
.end method

# Nothing in this method may take a constant from the method before it.
.method public static untouched(I)V
    .registers 1
    invoke-static {p0}, Lsample/Sample;->passed(I)V
    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .registers 4
    const v0, 0x7f0b0001
    invoke-virtual {p0, v0}, Lsample/Sample;->setContentView(I)V
    const/high16 v0, 0x7f060000
    sget v1, Lsample/R$layout;->fragment_list:I
    packed-switch v0, :packed
    sparse-switch v0, :sparse
    const/4 v1, 0x3
    new-array v1, v1, [I
    fill-array-data v1, :array
    :end
    return-void
    :packed
    .packed-switch 0x7f080010
        :end
        :end
    .end packed-switch
    :sparse
    .sparse-switch
        0x5 -> :end
        0x7f0800aa -> :end
    .end sparse-switch
    :array
    .array-data 4
        0x206e  # looks like an invoke-virtual of method 0
        0x7f0a0003
        0x1a    # looks like a const-string
    .end array-data
.end method

.method public strings()V
    .registers 3
    const-string v0, "plain"
    const-string/jumbo v0, "jumbo"
    const-string v0, "plain"
    const-class v1, Lsample/Target;
    new-instance v1, Ljava/lang/Object;
    invoke-direct {v1}, Ljava/lang/Object;-><init>()V
    invoke-direct {v1}, Ljava/lang/Object;-><init>()V
    invoke-static {}, Lsample/Shared;->run()V
    return-void
.end method
