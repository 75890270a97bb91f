@rule-pod-settings-used @core
Feature: Pods have the pod settings of their runtime
  Beside containers a runtime has settings for pods: on which nodes they can run, which taints they tolerate, in later
  releases also volumes, pull secrets and a scheduler. They apply to the pods of every service that runs on the
  runtime, and a service can add to them or replace them.

  @documented
  Scenario Outline: The pod has the <setting> of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      <setting>: <value>
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has
      """
      spec:
        <setting>: <value>
      """

    Examples: Settings that the documentation lists
      | setting      | value                                                                                                                                                       |
      | nodeSelector | {disk: ssd, zone: north}                                                                                                                                    |
      | tolerations  | [{key: gpu, operator: Equal, value: "yes", effect: NoSchedule}]                                                                                             |
      | affinity     | {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: In, values: [ssd]}]}]}}}      |

  Scenario Outline: The pod has the setting <setting> since <since>
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      <setting>: <value>
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has
      """
      spec:
        <setting>: <value>
      """

    @since-0.9.0
    Examples: Volumes
      | setting          | value                                    | since   |
      | volumes          | [{name: cache, emptyDir: {}}]            | v0.9.0  |

    @since-0.10.0
    Examples: Pull secrets
      | setting          | value                                    | since   |
      | imagePullSecrets | [{name: registry-login}]                 | v0.10.0 |

    @since-0.17.0
    Examples: A scheduler
      | setting          | value                                    | since   |
      | schedulerName    | packing-scheduler                        | v0.17.0 |

  @extended
  Scenario Outline: The pod does not have the setting <setting>, <range>
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      <setting>: <value>
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has no "<path>"

    @until-0.8.0
    Examples: v0.8.0 has no volumes in runtimes
      | setting          | value                         | path                                 | range          |
      | volumes          | [{name: cache, emptyDir: {}}] | spec.volumes.cache                   | up to v0.8.0   |

    @until-0.9.0
    Examples: v0.9.0 has no pull secrets in runtimes
      | setting          | value                         | path                                 | range          |
      | imagePullSecrets | [{name: registry-login}]      | spec.imagePullSecrets.registry-login | up to v0.9.0   |

    @since-0.14.0
    Examples: A field that runtimes have and pods never get
      | setting          | value                         | path                                 | range          |
      | hostIPC          | true                          | spec.hostIPC                         | since v0.14.0  |

  Scenario: A node selector of the service is merged with that of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      nodeSelector: {disk: ssd, zone: north}
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          nodeSelector: {zone: south, arch: arm64}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has
      """
      spec:
        nodeSelector: {disk: ssd, zone: south, arch: arm64}
      """

  Scenario: Tolerations of the service replace those of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      tolerations:
        - {key: gpu, operator: Equal, value: "yes", effect: NoSchedule}
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          tolerations:
            - {key: spot, operator: Equal, value: "yes", effect: NoExecute}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has
      """
      spec:
        tolerations:
          - {key: spot, operator: Equal, value: "yes", effect: NoExecute}
      """

  @since-0.9.0
  Scenario: Volumes of the service are added to those of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      volumes:
        - {name: cache, emptyDir: {}}
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          volumes:
            - {name: scratch, emptyDir: {}}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has
      """
      spec:
        volumes:
          - {name: cache, emptyDir: {}}
          - {name: scratch, emptyDir: {}}
      """

  Scenario: The pod has a setting that only the service sets
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          serviceAccountName: reads-models
          nodeSelector: {disk: ssd}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has
      """
      spec:
        serviceAccountName: reads-models
        nodeSelector: {disk: ssd}
      """

  @documented
  Scenario: The settings of a runtime that is not selected have no effect
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "serves-xgboost"
      """
      supportedModelFormats:
        - {name: xgboost, version: "1", autoSelect: true}
      nodeSelector: {disk: ssd}
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has no "spec.nodeSelector.disk"

  @extended @until-0.8.0
  Scenario: In v0.8.0 tolerations at the same index are merged
    Given a ClusterServingRuntime "tolerant"
      """
      supportedModelFormats: [{name: sklearn, autoSelect: true}]
      tolerations: [{key: of-runtime, operator: Exists}]
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          tolerations: [{key: of-service}]
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has
      """
      spec:
        tolerations: [{key: of-service, operator: Exists}]
      """

  @rule-storage-helper-unused @documented
  Scenario Outline: storageHelper of a runtime, disabled: <disabled>, changes nothing
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      storageHelper: {disabled: <disabled>}
      containers:
        - name: kserve-container
          image: example.com/own/server:1.2
          args: [--model_dir=/mnt/models]
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And it is stored with format "sklearn"
    And its pod has containers "kserve-container"
    And its container has args
      | --model_dir=/mnt/models |
    And its container has no "volumeMounts"
    And its pod has no "spec.storageHelper"
    And its pod has no "spec.initContainers"
    And its status reports no failure

    Examples:
      | disabled |
      | true     |
      | false    |
