@extended @needs-pods @rule-running-pod-as-described @since-0.11.0
Feature: The running pod has the settings of its runtime

  KServe's pod webhook and the defaults of the cluster change the pod template that KServe renders. The settings of
  the runtime must not get lost.

  Background:
    Given pods can run in namespace "team-a"

  @rule-container-attributes-used
  Scenario: The pod runs with the environment, arguments, resources and probes of the runtime
    Given a ServingRuntime "described" in namespace "team-a" that runs the model server
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And ServingRuntime "described" in namespace "team-a" also has
      """
      containers:
      - name: kserve-container
        image: kserve-conformance.invalid/model-server:1
        args: ["--model_name={{.Name}}", "--http_port=8080", "--greeting=hello"]
        env:
        - {name: GREETING, value: hello}
        resources:
          requests: {cpu: 20m, memory: 24Mi}
          limits: {cpu: "1", memory: 96Mi}
        readinessProbe:
          httpGet: {path: /v2/health/ready, port: 8080}
          periodSeconds: 2
          timeoutSeconds: 3
        livenessProbe:
          httpGet: {path: /v2/health/live, port: 8080}
          periodSeconds: 4
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it becomes ready
    And its running pod has
      """
      spec:
        containers:
        - name: kserve-container
          args: ["--model_name=model", "--http_port=8080", "--greeting=hello"]
          env:
          - {name: GREETING, value: hello}
          resources:
            requests: {cpu: 20m, memory: 24Mi}
            limits: {cpu: "1", memory: 96Mi}
          readinessProbe:
            httpGet: {path: /v2/health/ready, port: 8080}
            periodSeconds: 2
            timeoutSeconds: 3
          livenessProbe:
            httpGet: {path: /v2/health/live, port: 8080}
            periodSeconds: 4
      """

  @rule-pod-settings-used
  Scenario: The pod runs with the node selector, tolerations and affinity of the runtime
    Given a ServingRuntime "placed" in namespace "team-a" that runs the model server
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And ServingRuntime "placed" in namespace "team-a" also has
      """
      nodeSelector: {kubernetes.io/os: linux}
      tolerations:
      - {key: example.com/accelerator, operator: Exists, effect: NoSchedule}
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
            - matchExpressions:
              - {key: kubernetes.io/os, operator: In, values: [linux]}
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it becomes ready
    And its running pod has
      """
      spec:
        nodeSelector: {kubernetes.io/os: linux}
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions:
                - {key: kubernetes.io/os, operator: In, values: [linux]}
      """
    And its running pod tolerates
      | key                     | operator | effect     |
      | example.com/accelerator | Exists   | NoSchedule |
