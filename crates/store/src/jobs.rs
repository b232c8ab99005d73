//! 作业 the list that long work goes along, kept so that it outlives the program. A server that works on a job says so and that it is alive;
//! what a server left, another one, or the same after a restart, takes over.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use shiyan_foundation::Instant;
use shiyan_foundation::ids::UserId;

use crate::entity::{job, job_line};
use crate::journal::stamp;
use crate::{Error, Store};

/// Ended jobs are forgotten after so many days.
const KEPT_DAYS: i64 = 30;
/// Lines written in one statement.
const CHUNK: usize = 400;

/// A job as it is kept; plan and lines are JSON of whoever works on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptJob {
    /// Id; ids begin with their time.
    pub id: String,
    /// Who started it.
    pub owner: UserId,
    /// Sort of the work.
    pub kind: String,
    /// The plan, without its lines.
    pub plan: String,
    /// When it was started, RFC 3339.
    pub started_at: String,
    /// When it ended, RFC 3339.
    pub finished_at: Option<String>,
    /// Somebody asked it to stop.
    pub stopping: bool,
    /// Its things, in their order.
    pub lines: Vec<String>,
}

impl Store {
    /// Keeps a new job that this server works on; what ended long ago is forgotten.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_job(&self, kept: &KeptJob, server: &str, now: Instant) -> Result<(), Error> {
        let unit = self.begin_aside(now).await?;
        let old = stamp(now - chrono::TimeDelta::days(KEPT_DAYS));
        let gone: Vec<String> =
            job::Entity::find().select_only().column(job::Column::Id).filter(job::Column::FinishedAt.lt(&old)).into_tuple().all(unit.tx()).await?;
        if !gone.is_empty() {
            job_line::Entity::delete_many().filter(job_line::Column::Job.is_in(gone.iter())).exec(unit.tx()).await?;
            job::Entity::delete_many().filter(job::Column::Id.is_in(gone)).exec(unit.tx()).await?;
        }
        let row = job::ActiveModel {
            id: Set(kept.id.clone()),
            owner: Set(kept.owner.to_string()),
            kind: Set(kept.kind.clone()),
            plan: Set(kept.plan.clone()),
            started_at: Set(kept.started_at.clone()),
            finished_at: Set(None),
            stopping: Set(false),
            server: Set(server.to_owned()),
            alive_at: Set(stamp(now)),
        };
        job::Entity::insert(row).exec_without_returning(unit.tx()).await?;
        let lines: Vec<job_line::ActiveModel> = (0..)
            .zip(&kept.lines)
            .map(|(place, line)| job_line::ActiveModel { job: Set(kept.id.clone()), place: Set(place), line: Set(line.clone()) })
            .collect();
        for some in lines.chunks(CHUNK) {
            job_line::Entity::insert_many(some.to_vec()).exec_without_returning(unit.tx()).await?;
        }
        unit.commit().await?;
        Ok(())
    }
    /// What became of one thing of a job.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_job_line(&self, id: &str, place: usize, line: &str, now: Instant) -> Result<(), Error> {
        let unit = self.begin_aside(now).await?;
        job_line::Entity::update_many()
            .col_expr(job_line::Column::Line, Expr::value(line))
            .filter(job_line::Column::Job.eq(id))
            .filter(job_line::Column::Place.eq(i64::try_from(place).unwrap_or(i64::MAX)))
            .exec(unit.tx())
            .await?;
        job::Entity::update_many().col_expr(job::Column::AliveAt, Expr::value(stamp(now))).filter(job::Column::Id.eq(id)).exec(unit.tx()).await?;
        unit.commit().await?;
        Ok(())
    }
    /// A job has ended; the lines that were left are written once more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_job(&self, id: &str, left: &[(usize, String)], now: Instant) -> Result<(), Error> {
        for (place, line) in left {
            self.keep_job_line(id, *place, line, now).await?;
        }
        let unit = self.begin_aside(now).await?;
        job::Entity::update_many().col_expr(job::Column::FinishedAt, Expr::value(stamp(now))).filter(job::Column::Id.eq(id)).exec(unit.tx()).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Asks a job to stop, whichever server works on it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn stop_job(&self, id: &str, now: Instant) -> Result<(), Error> {
        let unit = self.begin_aside(now).await?;
        job::Entity::update_many().col_expr(job::Column::Stopping, Expr::value(true)).filter(job::Column::Id.eq(id)).exec(unit.tx()).await?;
        unit.commit().await?;
        Ok(())
    }
    /// This server is alive and works on its jobs; gives those of them that somebody asked to stop.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn jobs_alive(&self, server: &str, now: Instant) -> Result<Vec<String>, Error> {
        let own = || Condition::all().add(job::Column::Server.eq(server)).add(job::Column::FinishedAt.is_null());
        let unit = self.begin_aside(now).await?;
        job::Entity::update_many().col_expr(job::Column::AliveAt, Expr::value(stamp(now))).filter(own()).exec(unit.tx()).await?;
        let asked = job::Entity::find().select_only().column(job::Column::Id).filter(own()).filter(job::Column::Stopping.eq(true)).into_tuple();
        let asked = asked.all(unit.tx()).await?;
        unit.commit().await?;
        Ok(asked)
    }
    /// Takes over the jobs that nobody has worked on since a moment, or that a server let go.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_over_jobs(&self, server: &str, silent_since: Instant, now: Instant) -> Result<Vec<KeptJob>, Error> {
        let abandoned = || {
            Condition::all()
                .add(job::Column::FinishedAt.is_null())
                .add(job::Column::Server.ne(server))
                .add(Condition::any().add(job::Column::Server.eq("")).add(job::Column::AliveAt.lt(stamp(silent_since))))
        };
        if job::Entity::find().filter(abandoned()).one(&self.read).await?.is_none() {
            return Ok(Vec::new());
        }
        // one transaction at a time: two servers never take the same
        let unit = self.begin_aside(now).await?;
        let rows = job::Entity::find().filter(abandoned()).order_by_asc(job::Column::Id).all(unit.tx()).await?;
        let mut taken = Vec::new();
        for row in rows {
            job::Entity::update_many()
                .col_expr(job::Column::Server, Expr::value(server))
                .col_expr(job::Column::AliveAt, Expr::value(stamp(now)))
                .filter(job::Column::Id.eq(&row.id))
                .exec(unit.tx())
                .await?;
            let lines = job_line::Entity::find().filter(job_line::Column::Job.eq(&row.id)).order_by_asc(job_line::Column::Place).all(unit.tx()).await?;
            taken.extend(kept(row, lines));
        }
        unit.commit().await?;
        Ok(taken)
    }
    /// Lets the jobs of this server go: it ends, and whoever comes next takes them over at once.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn let_jobs_go(&self, server: &str, now: Instant) -> Result<(), Error> {
        let unit = self.begin_aside(now).await?;
        job::Entity::update_many().col_expr(job::Column::Server, Expr::value("")).filter(job::Column::Server.eq(server)).exec(unit.tx()).await?;
        unit.commit().await?;
        Ok(())
    }
    /// A job by id, for whoever started it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn job(&self, id: &str, owner: UserId) -> Result<Option<KeptJob>, Error> {
        let Some(row) = job::Entity::find_by_id(id).filter(job::Column::Owner.eq(owner.to_string())).one(&self.read).await? else { return Ok(None) };
        let lines = job_line::Entity::find().filter(job_line::Column::Job.eq(id)).order_by_asc(job_line::Column::Place).all(&self.read).await?;
        Ok(kept(row, lines))
    }
    /// The ids of the jobs of a person, newest first, at most so many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn jobs_of(&self, owner: UserId, kind: &str, most: u64) -> Result<Vec<String>, Error> {
        let mine = job::Entity::find().filter(job::Column::Owner.eq(owner.to_string())).filter(job::Column::Kind.eq(kind));
        let newest = mine.order_by_desc(job::Column::Id).limit(most);
        Ok(newest.select_only().column(job::Column::Id).into_tuple().all(&self.read).await?)
    }
}

fn kept(row: job::Model, lines: Vec<job_line::Model>) -> Option<KeptJob> {
    Some(KeptJob {
        owner: row.owner.parse().ok()?,
        id: row.id,
        kind: row.kind,
        plan: row.plan,
        started_at: row.started_at,
        finished_at: row.finished_at,
        stopping: row.stopping,
        lines: lines.into_iter().map(|l| l.line).collect(),
    })
}
