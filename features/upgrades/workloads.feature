@needs-upgrade @needs-workloads @extended
Feature: What a predictor is deployed as after an upgrade
  v0.11.0 shortened the names of workloads, and v0.16.0 renamed the deployment modes. What an earlier release created
  under another name or in another mode stays, so such a service has two workloads, which both need resources: the
  former one serves the model as it was and is never updated again. Only v0.20.0 deletes Deployments of other names.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @rule-workload-of-old-name-kept
  Scenario Outline: From v0.10.2 to <to>, a service in <mode> mode has <workloads>
    Given KServe v0.10.2 is installed
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: <mode>}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then it runs on ClusterServingRuntime "model-server"
    When KServe is upgraded to <to>
    Then it is deployed as "<workloads>"

    Examples: The workload with the old name stays the only one
      | to      | mode          | workloads                               |
      | v0.15.2 | RawDeployment | Deployment model-predictor-default      |
      | v0.15.2 | Serverless    | Knative Service model-predictor-default |

    Examples: A second workload is created
      | to      | mode          | workloads                                                                |
      | v0.16.0 | RawDeployment | Deployment model-predictor, Deployment model-predictor-default           |
      | v0.17.0 | RawDeployment | Deployment model-predictor, Deployment model-predictor-default           |
      | v0.19.0 | RawDeployment | Deployment model-predictor, Deployment model-predictor-default           |
      | v0.20.0 | Serverless    | Knative Service model-predictor, Knative Service model-predictor-default |

    Examples: The Deployment with the old name is replaced
      | to      | mode          | workloads                  |
      | v0.20.0 | RawDeployment | Deployment model-predictor |

  @rule-old-mode-name-deploys-twice
  Scenario Outline: From v0.15.2 to <to>, a service in RawDeployment mode has <workloads>
    Given KServe v0.15.2 is installed
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: RawDeployment}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then it runs on ClusterServingRuntime "model-server"
    When KServe is upgraded to <to>
    Then it is deployed as "<workloads>"

    Examples: The status has the old name, which means a Knative Service
      | to      | workloads                                                   |
      | v0.16.0 | Deployment model-predictor, Knative Service model-predictor |
      | v0.17.0 | Deployment model-predictor, Knative Service model-predictor |

    Examples: The old name means the new one
      | to      | workloads                  |
      | v0.20.0 | Deployment model-predictor |
