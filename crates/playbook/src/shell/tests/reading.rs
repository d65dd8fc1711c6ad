//! Commands that people look with every day: nearly all of them must be known to only look.

use super::effect_of;
use crate::Approval;

/// One command a line.
const READING: &str = r#"
kubectl get pods
kubectl get pods -A -o wide
kubectl -n web get pods -l app=api --sort-by=.status.startTime
kubectl get events --sort-by=.lastTimestamp -n web
kubectl describe pod api-1 -n web
kubectl describe node n1
kubectl logs api-1 -n web --previous
kubectl logs -f deploy/api --since=10m
kubectl top pods -n web
kubectl top nodes
kubectl get pod api-1 -o jsonpath='{.status.phase}'
kubectl get deploy api -o yaml
kubectl rollout status deploy/api
kubectl rollout history deploy/api
kubectl config current-context
kubectl config get-contexts
kubectl auth can-i delete pods
kubectl cluster-info
kubectl version
kubectl api-resources
kubectl get pods | grep -v Running
kubectl get pods -o name | wc -l
kubectl get nodes -o json | jq '.items[].metadata.name'
oc get pods
oc status
oc whoami
oc adm top nodes
oc logs dc/api
helm list -A
helm status api -n web
helm history api
helm get values api
helm get manifest api
helm repo list
aws sts get-caller-identity
aws ec2 describe-instances --filters Name=a,Values=b
aws ec2 describe-volumes
aws ecs describe-services --cluster a --services b
aws rds describe-events --duration 60
aws elbv2 describe-target-health --target-group-arn x
aws cloudwatch describe-alarms --state-value ALARM
aws cloudwatch get-metric-statistics --namespace a --metric-name b
aws logs tail /aws/x --since 10m
aws s3 ls s3://a
aws lambda list-functions
aws sqs list-queues --region eu-west-1
aws autoscaling describe-scaling-activities --auto-scaling-group-name x
gcloud compute instances list
gcloud container clusters describe x --zone y
gcloud run services list --region x
gcloud logging read severity=ERROR --limit 10
gcloud sql operations list --instance x
gcloud projects list
az vm list -o table
az webapp show -n x -g y
az aks show -n x -g y
az monitor metrics list --resource x
terraform show
terraform state list
terraform output
terraform version
git status
git log --oneline -10
git diff HEAD~1 --stat
git show --stat HEAD
git blame x
git branch -a
git remote -v
git tag -l
git reflog -5
git rev-parse HEAD
git stash list
git describe --tags
gh pr list
gh pr checks 1
gh run list --limit 5
gh run view 1 --log-failed
gh auth status
docker ps
docker ps -a --filter status=exited
docker logs --tail 100 api
docker logs -f api
docker inspect api
docker stats --no-stream
docker images
docker system df
docker network ls
docker compose ps
docker-compose logs --tail=50 api
crictl ps -a
crictl logs --tail 20 x
systemctl status nginx
systemctl is-active nginx
systemctl list-units --type=service
systemctl --failed
journalctl -u nginx --since today
journalctl -u nginx -n 100 --no-pager
journalctl -xeu nginx
journalctl -k
journalctl --disk-usage
service nginx status
supervisorctl status
psql -c 'select count(*) from x'
psql -h db -U app -c "select pid, state, query from pg_stat_activity where state = 'active' order by 1"
psql -c 'show max_connections'
psql -c '\dt'
psql -c 'explain select 1'
psql -c 'select pg_size_pretty(pg_database_size(current_database()))'
pg_isready -h db
mysql -e 'show full processlist'
mysql -h db -u root -e 'show slave status\G'
mysql -e 'select 1'
mysqladmin -h db processlist
redis-cli ping
redis-cli -h x INFO memory
redis-cli -h x -p 6379 dbsize
redis-cli LLEN q
redis-cli slowlog get 10
redis-cli client list
mongosh --quiet --eval 'rs.status()'
vault status
vault kv get secret/x
consul members
consul kv get x
etcdctl endpoint health
etcdctl --endpoints=x member list
kafka-topics.sh --bootstrap-server x --list
kafka-consumer-groups.sh --bootstrap-server x --describe --group y
rabbitmqctl list_queues name messages
rabbitmqctl cluster_status
curl -I https://a.example.test
curl -s https://a.example.test/health | jq .
curl -sS -o /dev/null -w '%{http_code}' https://a.example.test
curl -v --max-time 5 https://a.example.test
curl -H 'Accept: application/json' https://a.example.test/api
curl -s localhost:9090/metrics
wget -qO- https://a.example.test
wget --spider https://a.example.test
dig a.example.test
dig +short a.example.test MX
nslookup a.example.test
host a.example.test
ping -c 3 a.example.test
traceroute a.example.test
mtr -r -c 10 a.example.test
nc -zv a.example.test 443
openssl x509 -in cert.pem -noout -dates
ps aux
ps aux | grep api | grep -v grep
top -b -n 1
df -h
du -sh /var/log
free -m
uptime
lsof -i :8080
lsof -p 12
ss -tlnp
netstat -tulpn
ip addr
ip addr show eth0
ip route
dmesg -T
dmesg | tail -50
vmstat 1 5
iostat -x 1 3
w
last
hostname
uname -a
env
cat /etc/os-release
tail -f /var/log/syslog
tail -100 x.log
head -20 x.log
grep -c ERROR x.log
grep -r timeout /var/log
zgrep ERROR x.log.gz
less x.log
awk '{print $1}' x.log
sed -n 1,20p x.log
sort x | uniq -c | sort -rn | head
find /var/log -name '*.log' -mtime -1
jq '.a' x.json
wc -l x.log
promtool check config prometheus.yml
promtool query instant http://a.example.test up
amtool alert
amtool silence query
fly status
fly logs
heroku ps
heroku logs --tail
heroku releases
vercel ls
wrangler tail
wrangler deployments list
modal app list
npx convex logs
argocd app get x
stern api -n web
watch kubectl get pods
watch -n 5 'kubectl get pods -n web'
timeout 10 curl -s https://a.example.test
for p in a b; do kubectl get pod x; done
node --version
crontab -l
sudo journalctl -u nginx
ssh host uptime
terraform plan
kubectl get --raw /healthz
git -C repo log
kubectl diff -f x.yaml
sysctl -a
"#;

/// Of a hundred, so many must be known; the rest is left unknown on purpose.
const SHARE_MIN: usize = 96;

#[test]
fn nearly_all_of_them_are_known_to_only_look() {
    let commands: Vec<&str> = READING.lines().filter(|line| !line.is_empty()).collect();
    let unknown: Vec<&&str> =
        commands.iter().filter(|command| effect_of(command).0.approval() == Approval::Needed).collect();
    let share = (commands.len() - unknown.len()) * 100 / commands.len();
    assert!(commands.len() >= 120);
    assert!(share >= SHARE_MIN, "{share} % of {}: {unknown:#?}", commands.len());
}
